import type { Phrase } from '../phrase';

/** Words of coordinating: owner, check-ins, calling back, several teams, members, points. */
export const coordination = {
  title: ['Coordination', 'Координация', 'Үйлестіру'],
  ownerNone: ['no coordinator', 'координатора нет', 'үйлестіруші жоқ'],
  ownerYou: ['you', 'вы', 'сіз'],
  ownedSince: ['since {time}', 'с {time}', '{time} бастап'],
  take: ['Take the case', 'Взять себе', 'Өзіме алу'],
  handOver: ['Hand over', 'Передать', 'Тапсыру'],
  handOverTo: ['To whom', 'Кому', 'Кімге'],
  handOverNobody: [
    'No other key coordinates this case.',
    'Других ключей координаторов для этого происшествия нет.',
    'Бұл оқиғаны үйлестіретін басқа кілт жоқ.',
  ],
  open: ['To be seen to', 'Требует внимания', 'Назар аудару керек'],
  nothingOpen: ['nothing is open', 'открытых вопросов нет', 'ашық мәселе жоқ'],
  filterUnowned: ['No coordinator', 'Без координатора', 'Үйлестірушісіз'],
  filterMine: ['Mine', 'Мои', 'Менікі'],
  filterAlarm: ['Missed check-in', 'Не вышли на связь', 'Байланысқа шықпады'],
  alarms: [
    { one: '{count} team missed its check-in', many: '{count} teams missed their check-in' },
    {
      one: '{count} отряд не вышел на связь',
      few: '{count} отряда не вышли на связь',
      many: '{count} отрядов не вышли на связь',
    },
    '{count} жасақ байланысқа шықпады',
  ],
  newlyMissed: [
    'Missed check-in: {team}. {title}',
    'Не вышли на связь: {team}. {title}',
    'Байланысқа шықпады: {team}. {title}',
  ],
  calledBack: ['Called back', 'Отбой', 'Кері қайту'],
  teamsKnow: ['{know} of {teams} know', 'знают {know} из {teams}', '{teams} жасақтан {know} біледі'],
  peopleBack: ['{back} of {people} back', 'вернулись {back} из {people}', '{people} адамнан {back} қайтты'],
  teamsBack: ['{back} of {teams} teams back', 'вернулись отрядов {back} из {teams}', '{teams} жасақтан {back} қайтты'],
  checkIn: ['We are well', 'На связи', 'Байланыстамыз'],
  checkInFor: ['Checked in', 'Вышли на связь', 'Байланысқа шықты'],
  checkInBy: ['check-in by {time}', 'связь до {time}', 'байланыс {time} дейін'],
  checkInMissed: ['missed check-in since {time}', 'не вышли на связь с {time}', '{time} бері байланысқа шықпады'],
  peopleMissing: ['not everybody is back since {time}', 'с {time} вернулись не все', '{time} бері бәрі қайтқан жоқ'],
  whyFewer: ['Why fewer came back', 'Почему вернулись не все', 'Неге бәрі қайтпады'],
  lent: ['help from: {region}', 'помощь: {region}', 'көмек: {region}'],
  hoursOut: ['{hours} h out', 'выезд {hours} ч', 'шығу {hours} сағ'],
  personHours: ['{hours} person-hours', '{hours} чел.-ч', '{hours} адам-сағат'],
  standDown: ['Stand down', 'Отбой отряду', 'Кері қайтару'],
  makeLead: ['Make it the lead', 'Сделать ответственным', 'Жауапты ету'],
  replaces: ['Instead of', 'Вместо отряда', 'Қай жасақтың орнына'],
  replacesNone: ['nobody, in addition', 'никого, в дополнение', 'ешкімнің, қосымша'],
  size: ['Teams and check-ins', 'Отряды и связь', 'Жасақ саны және байланыс'],
  atMost: ['Teams at most', 'Отрядов не больше', 'Жасақ ең көбі'],
  atMostHelp: ['empty: all are welcome', 'пусто: рады всем', 'бос: бәрі қабылданады'],
  checkInEvery: ['Check-in every, minutes', 'Связь каждые, минут', 'Байланыс аралығы, минут'],
  checkInEveryHelp: ['0: never; empty: as it is', '0: не нужна; пусто: как есть', '0: керек емес; бос: өзгермейді'],
  checkInEach: ['every {time}', 'каждые {time}', '{time} сайын'],
  checkInNever: ['not asked for', 'не требуется', 'талап етілмейді'],
  checkIns: ['Check-ins', 'Выход на связь', 'Байланысқа шығу'],
  points: ['Points', 'Точки', 'Нүктелер'],
  markPoint: ['Mark a point', 'Отметить точку', 'Нүкте белгілеу'],
  ownWords: ['In your own words', 'Своими словами', 'Өз сөзіңізбен'],
  ownWordsHelp: [
    'Kept as you say it, such as “in two hours”',
    'Сохраним как сказано, например «через два часа»',
    'Айтқаныңыздай сақталады, мысалы «екі сағаттан кейін»',
  ],
  groupText: ['Text for the group', 'Текст для группы', 'Топқа мәтін'],
  groupTextHelp: [
    'Send it to your group: members answer by the link, without an account. It works until {time}.',
    'Отправьте в группу отряда: участники ответят по ссылке, без входа. Работает до {time}.',
    'Жасақ тобына жіберіңіз: мүшелер сілтемемен, кірусіз жауап береді. {time} дейін жұмыс істейді.',
  ],
  share: ['Share', 'Поделиться', 'Бөлісу'],
  copy: ['Copy', 'Скопировать', 'Көшіру'],
  log: ['Log', 'Журнал', 'Журналы'],
  logCase: ['of the case', 'происшествия', 'оқиғанікі'],
  logTeam: ['of the team', 'отряда', 'жасақтікі'],
  told: ['told: {channel}', 'сообщено: {channel}', 'хабарланды: {channel}'],
  notTold: ['not delivered: {channel}', 'не доставлено: {channel}', 'жеткізілмеді: {channel}'],
  firstInQueue: ['first in the queue', 'первое в очереди', 'кезекте бірінші'],
} as const satisfies Record<string, Phrase>;

/** Members of a team and what they answered by the link of its roster. */
export const roster = {
  title: ['Members', 'Участники', 'Қатысушылар'],
  coming: ['coming {n}', 'едут {n}', 'барады {n}'],
  seats: ['free seats {n}', 'свободных мест {n}', 'бос орын {n}'],
  arrived: ['on scene {n}', 'на месте {n}', 'орнында {n}'],
  home: ['home {n}', 'дома {n}', 'үйде {n}'],
  notBack: ['not back {n}', 'не вернулись {n}', 'қайтпады {n}'],
  answerFor: ['Answer for a member', 'Ответить за участника', 'Мүше үшін жауап беру'],
  who: ['Who', 'Кто', 'Кім'],
  newMember: ['somebody new', 'новый участник', 'жаңа мүше'],
  answer: ['Answer', 'Ответ', 'Жауабы'],
  adult: ['18 or older?', 'Есть 18 лет?', '18 жасқа толған ба?'],
  guardian: [
    'A parent or guardian agrees and comes along',
    'Родитель или опекун согласен и едет с ним',
    'Ата-анасы не қамқоршысы келіседі, бірге барады',
  ],
  seatsAsked: ['Free seats', 'Свободных мест', 'Бос орын'],
  minor: ['under 18', 'младше 18', '18-ге толмаған'],
} as const satisfies Record<string, Phrase>;

export const memberAnswer = {
  coming: ['coming', 'едет', 'барады'],
  not_coming: ['not coming', 'не едет', 'бармайды'],
  arrived: ['on scene', 'на месте', 'орнында'],
  home: ['home', 'дома', 'үйде'],
} as const satisfies Record<string, Phrase>;

/** What somebody has to see to, most pressing first as the server gives it. */
export const openItem = {
  people_missing: ['not everybody is back', 'вернулись не все', 'бәрі қайтқан жоқ'],
  check_in_missed: ['missed check-in', 'не вышли на связь', 'байланысқа шықпады'],
  unanswered: ['nobody left to ask', 'больше некого вызвать', 'шақыратын жасақ қалмады'],
  needs_review: ['to be checked', 'нужно проверить', 'тексеру керек'],
  withheld: ['the family has to be told', 'нужно сообщить родным', 'туыстарына хабарлау керек'],
  not_acknowledged: ['has not heard the stand-down', 'не подтвердили отбой', 'кері қайтуды растамады'],
  not_back: ['not back yet', 'ещё не вернулись', 'әлі қайтпады'],
  offer: ['answer awaited', 'ждём ответа', 'жауап күтілуде'],
} as const satisfies Record<string, Phrase>;

export const pointKind = {
  staging: ['meeting point', 'место сбора', 'жиналу орны'],
  home: ['home', 'дом', 'үйі'],
  clue: ['clue', 'след, находка', 'із, белгі'],
  found: ['where found', 'место обнаружения', 'табылған жері'],
  hazard: ['danger', 'опасность', 'қауіпті жер'],
} as const satisfies Record<string, Phrase>;

export const channel = {
  webpush: ['notification', 'уведомление', 'хабарландыру'],
  webhook: ['message or call', 'сообщение или звонок', 'хабарлама не қоңырау'],
} as const satisfies Record<string, Phrase>;

/** Taking a team from something routine: a proposal with its gain and its cost. */
export const preemption = {
  title: ['A team could be taken over', 'Можно перенаправить отряд', 'Жасақты бұруға болады'],
  here: ['here in {time}', 'здесь через {time}', '{time} кейін осында'],
  gain: [
    'sooner by {time} than who is called now',
    'раньше вызванных на {time}',
    'қазір шақырылғандардан {time} бұрын',
  ],
  gainAlone: ['nobody else can be called', 'больше вызвать некого', 'басқа шақыратын жасақ жоқ'],
  from: ['It is on its way to', 'Сейчас едет на', 'Қазір баратын оқиғасы'],
  cost: ['there help comes {time} later', 'там помощь придёт на {time} позже', 'онда көмек {time} кеш келеді'],
  costAlone: ['nobody else can be called there', 'туда больше вызвать некого', 'онда басқа шақыратын жасақ жоқ'],
  take: ['Take over', 'Перенаправить', 'Бұру'],
  takenFor: ['taken for', 'перенаправлен на', 'бұрылған оқиға'],
} as const satisfies Record<string, Phrase>;

/** Applications and cases that may be about the same. */
export const duplicates = {
  title: ['May be the same case', 'Возможно, то же происшествие', 'Сол бір оқиға болуы мүмкін'],
  merge: ['Merge', 'Объединить', 'Біріктіру'],
  apart: ['Not the same', 'Это разные', 'Бөлек оқиға'],
  stays: ['Which case stays', 'Какое останется', 'Қайсысы қалады'],
  mergeMeans: [
    'Its applications and people go to the case that stays. Nothing is lost, and it can be undone.',
    'Заявки и люди перейдут в оставшееся. Ничего не теряется, всё можно отменить.',
    'Өтінімдер мен адамдар қалған оқиғаға өтеді. Ештеңе жоғалмайды, қайтаруға болады.',
  ],
  mergedInto: ['Merged into', 'Объединено с', 'Біріктірілген оқиға'],
  undo: ['Split again', 'Разделить снова', 'Қайта ажырату'],
  split: ['Take out', 'Отделить', 'Ажырату'],
  joined: ['joined later', 'присоединена', 'кейін қосылған'],
  other: ['another case', 'другое происшествие', 'басқа оқиға'],
  this: ['this one', 'это', 'осы'],
} as const satisfies Record<string, Phrase>;

export const duplicateReason = {
  same_reference: ['same police number', 'тот же номер полиции', 'полиция нөмірі бірдей'],
  same_phone: ['same phone', 'тот же телефон', 'телефоны бірдей'],
  same_name: ['same name', 'то же имя', 'аты бірдей'],
  similar_name: ['similar name', 'похожее имя', 'аты ұқсас'],
  part_of_name: ['part of the name', 'часть имени совпадает', 'атының бөлігі бірдей'],
  same_age: ['same age', 'тот же возраст', 'жасы бірдей'],
  same_address: ['same address', 'тот же адрес', 'мекенжайы бірдей'],
  same_incident: ['same kind of emergency', 'тот же вид ЧС', 'ТЖ түрі бірдей'],
  near: ['close by', 'рядом', 'жақын жерде'],
} as const satisfies Record<string, Phrase>;
