import type { Phrase } from '../phrase';

/** Words of filing an application beside those of its fields. */
export const filing = {
  places: ['Places', 'Населённые пункты', 'Елді мекендер'],
  placesFound: [
    { one: '{count} place: Enter takes it', many: '{count} places: arrows choose, Enter takes' },
    {
      one: 'Найден {count} пункт: клавиша ввода выберет',
      few: 'Найдено {count} пункта: выберите стрелками и вводом',
      many: 'Найдено {count} пунктов: выберите стрелками и вводом',
    },
    '{count} мекен табылды: бағыттама мен енгізу пернесі таңдайды',
  ],
  noPlace: [
    'No such place is known. Give coordinates, a link or point on the map, and write the name below.',
    'Такого места нет в списке. Укажите координаты, ссылку или точку на карте, а название напишите ниже.',
    'Мұндай орын тізімде жоқ. Координатын, сілтемесін немесе картадағы нүктесін беріп, атауын төменге жазыңыз.',
  ],
  fromTown: ['{distance} from {town}', '{distance} ({town})', '{town} ({distance})'],
  learnt: ['from a case, about right', 'из происшествия, примерно', 'оқиғадан, шамамен'],
  linkWithoutPlace: [
    'There is no place in this link. Put a mark on the map there and copy the link again.',
    'В этой ссылке нет места. Поставьте точку на карте и скопируйте ссылку снова.',
    'Бұл сілтемеде орын жоқ. Картаға нүкте қойып, сілтемені қайта көшіріңіз.',
  ],
  callerName: ['Caller', 'Кто звонит', 'Қоңырау шалушы'],
  more: ['More: can be added later', 'Подробнее: можно дополнить позже', 'Толығырақ: кейін толықтыруға болады'],
  ago: ['{count} h ago', '{count} ч назад', '{count} сағ бұрын'],
  likely: ['Maybe filed already', 'Возможно, уже подана', 'Бұрын берілген болуы мүмкін'],
  same: ['Same case', 'То же происшествие', 'Сол оқиға'],
  sameChosen: [
    'The application will be attached to that case. Nobody is lost: a coordinator can take it out again.',
    'Заявка войдёт в это происшествие. Никто не потеряется: координатор может её отделить.',
    'Өтінім сол оқиғаға қосылады. Ешкім жоғалмайды: үйлестіруші оны қайта бөле алады.',
  ],
  likelyHelp: [
    'File all the same if you are not sure: a coordinator puts them together.',
    'Если не уверены, подайте всё равно: объединит координатор.',
    'Сенімді болмасаңыз, бәрібір беріңіз: үйлестіруші біріктіреді.',
  ],
  certain: ['will be joined to it', 'будет объединена с ней', 'соған қосылады'],
  drafts: ['Drafts', 'Черновики', 'Жобалар'],
  draftUnnamed: ['without a name', 'без имени', 'атаусыз'],
  park: ['Put aside, begin another', 'Отложить и начать новую', 'Кейінге қалдырып, жаңасын бастау'],
  queued: [
    'There is no connection. The application is kept on this device and goes out by itself.',
    'Связи нет. Заявка хранится на этом устройстве и уйдёт сама.',
    'Байланыс жоқ. Өтінім осы құрылғыда сақталып, өзі жіберіледі.',
  ],
  queuedTitle: ['The application waits to be sent', 'Заявка ждёт отправки', 'Өтінім жіберілуін күтуде'],
  refusedTitle: ['The application was not taken', 'Заявка не принята', 'Өтінім қабылданбады'],
  backToForm: ['Back to the form', 'Вернуться к форме', 'Нысанға оралу'],
  amend: ['Add more', 'Дополнить', 'Толықтыру'],
  amending: ['Adding to an application', 'Дополнение к заявке', 'Өтінімді толықтыру'],
  amended: ['The addition is safe', 'Дополнение принято', 'Толықтыру қабылданды'],
  standing: ['Where the application stands', 'Состояние заявки', 'Өтінім күйі'],
  unknownApplication: [
    'This application is not known here yet.',
    'Эта заявка здесь пока неизвестна.',
    'Бұл өтінім мұнда әлі белгісіз.',
  ],
  keys: ['Ctrl + Enter files', 'Ctrl и ввод: подать', 'Ctrl мен енгізу: өтінім беру'],
} as const satisfies Record<string, Phrase>;
