import type { Phrase } from '../phrase';

/** Words of what people do to a case, and of what they are asked for while doing it. */
export const actions = {
  title: ['What to do', 'Действия', 'Әрекеттер'],
  forTeam: ['On behalf of {team}', 'От имени: {team}', 'Жасақ атынан: {team}'],
  accept: ['Accept', 'Принять', 'Қабылдау'],
  decline: ['We cannot come', 'Не можем', 'Бара алмаймыз'],
  enRoute: ['En route', 'Выехали', 'Шықтық'],
  onScene: ['On scene', 'Прибыли', 'Жеттік'],
  standDownAck: ['Stand-down heard', 'Отбой принят', 'Кері қайту естілді'],
  returned: ['All back', 'Все вернулись', 'Бәрі қайтты'],
  release: ['Release', 'Освободить', 'Босату'],
  found: ['Found', 'Найден', 'Табылды'],
  foundPerson: ['Found', { male: 'Найден', female: 'Найдена', unknown: 'Найден(а)' }, 'Табылды'],
  holdToConfirm: ['Press and hold', 'Нажмите и держите', 'Басып тұрыңыз'],
  holdProgress: ['Hold…', 'Держите…', 'Басып тұрыңыз…'],
  holdKeyboard: [
    'With the keyboard: hold Enter or the space bar',
    'С клавиатуры: удерживайте ввод или пробел',
    'Пернетақтадан: енгізу не бос орын пернесін басып тұрыңыз',
  ],
  missing: ['Not found: suspend the search', 'Не найден(а): приостановить поиск', 'Табылмады: іздеуді тоқтата тұру'],
  deceased: ['Report a death', 'Сообщить о гибели', 'Қайтыс болғанын хабарлау'],
  familyTold: ['The family has been told', 'Родным сообщили', 'Туыстарына хабарланды'],
  close: ['End the case', 'Завершить происшествие', 'Оқиғаны аяқтау'],
  reopen: ['Reopen', 'Возобновить', 'Қайта ашу'],
  assign: ['Assign a team', 'Назначить отряд', 'Жасақ тағайындау'],
  callNow: ['Call out now', 'Вызвать сейчас', 'Қазір шақыру'],
  hold: ['Hold the call-out', 'Задержать вызов', 'Шақыруды кідірту'],
  mend: ['Correct the place', 'Исправить место', 'Орнын түзету'],
  mendSend: ['Save', 'Сохранить', 'Сақтау'],
  yes: ['Yes', 'Да', 'Иә'],
  no: ['No', 'Нет', 'Жоқ'],
  note: ['Add a note', 'Добавить заметку', 'Жазба қосу'],
  others: ['Other actions', 'Другие действия', 'Басқа әрекеттер'],
  endSearch: ['End the search', 'Завершить поиск', 'Іздеуді аяқтау'],

  etaMinutes: ['Minutes to arrive', 'Минут до прибытия', 'Жетуге неше минут'],
  people: ['People going', 'Сколько человек едет', 'Баратын адам саны'],
  peopleOnScene: ['People on scene', 'Человек на месте', 'Орнындағы адам саны'],
  peopleReturned: ['People back', 'Вернулось человек', 'Қайтқан адам саны'],
  peopleHelped: ['People helped', 'Помощь получили, человек', 'Көмек алған адам саны'],
  reason: ['Reason', 'Причина', 'Себебі'],
  reasonChoose: ['Choose a reason', 'Выберите причину', 'Себебін таңдаңыз'],
  whichSubject: ['Who', 'О ком речь', 'Кім туралы'],
  condition: ['Condition', 'Состояние', 'Жағдайы'],
  foundBy: ['Found by', 'Кто нашёл', 'Кім тапты'],
  confirmedBy: ['Confirmed by (who and post)', 'Кто подтвердил (имя и должность)', 'Кім растады (аты, лауазымы)'],
  identity: ['Identity', 'Личность', 'Жеке басы'],
  familyQuestion: ['Does the family know?', 'Знают ли родные?', 'Туыстары біле ме?'],
  familyYes: ['Yes, they have been told', 'Да, им сообщили', 'Иә, хабарланды'],
  familyNo: ['No, not yet', 'Нет, ещё не сообщили', 'Жоқ, әлі хабарланған жоқ'],
  withholdMeans: [
    "The outcome stays sealed: teams are called back, everybody but the region's coordinators reads “search ended”, statistics count the person as still sought. “The family has been told” releases it.",
    'Итог остаётся закрытым: отряды получат отбой, все, кроме координаторов региона, увидят «поиск завершён», в статистике человек считается разыскиваемым. Итог откроет кнопка «Родным сообщили».',
    'Нәтиже жабық қалады: жасақтар кері қайтарылады, өңір үйлестірушілерінен басқалар «іздеу аяқталды» деп көреді, есепте адам әлі іздеуде саналады. Нәтижені «Туыстарына хабарланды» түймесі ашады.',
  ],
  tellMeans: [
    'The outcome becomes visible to everybody on the board and is counted.',
    'Итог увидят все на доске, он войдёт в статистику.',
    'Нәтиже тақтадағы бәріне көрінеді және есепке кіреді.',
  ],
  noSignsMeans: [
    'This is not a confirmed death. It stays sealed until a coordinator or the police confirm it and the family has been told.',
    'Это не подтверждённая гибель. Сведения закрыты, пока координатор или полиция не подтвердят и родным не сообщат.',
    'Бұл расталған қаза емес. Үйлестіруші не полиция растап, туыстарына хабарланғанша мәлімет жабық қалады.',
  ],
  toldBy: ['Who told the family', 'Кто сообщил родным', 'Туыстарына кім хабарлады'],
  toldByRole: ['Post', 'Должность', 'Лауазымы'],
  confirmDeath: ['Record the death', 'Записать гибель', 'Қазаны тіркеу'],
  confirmMissing: ['Suspend the search', 'Приостановить поиск', 'Іздеуді тоқтата тұру'],
  missingMeans: [
    'Teams are called back. The search may be reopened at any time.',
    'Отряды получат отбой. Поиск можно возобновить в любое время.',
    'Жасақтар кері қайтарылады. Іздеуді кез келген уақытта қайта ашуға болады.',
  ],
  foundMeans: [
    'The search ends and every team is called back.',
    'Поиск завершается, все отряды получают отбой.',
    'Іздеу аяқталады, барлық жасақ кері қайтарылады.',
  ],
  team: ['Team', 'Отряд', 'Жасақ'],
  chooseTeam: ['Choose a team', 'Выберите отряд', 'Жасақты таңдаңыз'],
  noteText: ['Note', 'Заметка', 'Жазба'],
  noteFor: ['Who may read it', 'Кто прочтёт', 'Кім оқиды'],
  audienceTeam: ['teams on the case', 'отряды на происшествии', 'оқиғадағы жасақтар'],
  audienceCoordination: ['coordinators', 'координаторы', 'үйлестірушілер'],
  queued: ['Actions on this case', 'Действия по происшествию', 'Осы оқиға бойынша әрекеттер'],
  happenedAt: ['happened {time}', 'произошло {time}', 'болған уақыты {time}'],
} as const satisfies Record<string, Phrase>;

export const condition = {
  well: ['alive and well', { male: 'жив', female: 'жива', unknown: 'жив(а)' }, 'аман'],
  injured: ['injured', { male: 'травмирован', female: 'травмирована', unknown: 'травмирован(а)' }, 'жарақатпен'],
  no_signs_of_life: ['no signs of life', 'без признаков жизни', 'тіршілік белгісі жоқ'],
  not_stated: ['not stated', 'не указано', 'көрсетілмеген'],
} as const satisfies Record<string, Phrase>;

/** How an outcome of a person reads in one line. */
export const foundWith = {
  well: ['found, well', { male: 'найден, жив', female: 'найдена, жива', unknown: 'найден(а), жив(а)' }, 'аман табылды'],
  injured: [
    'found, injured',
    { male: 'найден, травмирован', female: 'найдена, травмирована', unknown: 'найден(а), травмирован(а)' },
    'жарақатпен табылды',
  ],
  no_signs_of_life: ['no signs of life', 'без признаков жизни', 'тіршілік белгісі жоқ'],
  not_stated: ['found', { male: 'найден', female: 'найдена', unknown: 'найден(а)' }, 'табылды'],
} as const satisfies Record<string, Phrase>;

export const foundBy = {
  team: ['a team', 'отряд', 'жасақ'],
  police: ['police', 'полиция', 'полиция'],
  public: ['the public', 'местные жители', 'тұрғындар'],
  self: ['came back alone', { male: 'вышел сам', female: 'вышла сама', unknown: 'вышел(ла) сам(а)' }, 'өзі келді'],
  family: ['the family', 'родные', 'туыстары'],
} as const satisfies Record<string, Phrase>;

export const closeReason = {
  rescued: ['rescued', 'спасены', 'құтқарылды'],
  evacuated: ['evacuated', 'эвакуированы', 'эвакуацияланды'],
  assisted: ['assisted', 'помощь оказана', 'көмек көрсетілді'],
  not_confirmed: ['not confirmed', 'не подтвердилось', 'расталмады'],
  duplicate: ['duplicate', 'повторная заявка', 'қайталанған өтінім'],
  other_service: ['other service', 'передано другой службе', 'басқа қызметке берілді'],
  cancelled: ['cancelled', 'отменено', 'күші жойылды'],
  completed: ['completed', 'проведено', 'өткізілді'],
} as const satisfies Record<string, Phrase>;

export const declineReason = {
  on_another_case: ['on another case', 'на другом происшествии', 'басқа оқиғада'],
  no_people: ['not enough people', 'не хватает людей', 'адам жетпейді'],
  no_vehicle: ['no vehicle', 'нет машины', 'көлік жоқ'],
  weather: ['weather, roads', 'погода, дороги', 'ауа райы, жол'],
  too_far: ['too far', 'слишком далеко', 'тым алыс'],
  resting: ['resting', 'отряд на отдыхе', 'жасақ демалыста'],
} as const satisfies Record<string, Phrase>;

/** Why a command was refused or a request failed, by the code of the problem. */
export const problems = {
  'enough-teams': [
    'Enough teams have accepted. A coordinator can still assign this one.',
    'Отрядов уже достаточно. Координатор может назначить и этот.',
    'Жасақтар жеткілікті. Үйлестіруші бұл жасақты да тағайындай алады.',
  ],
  'team-at-capacity': [
    'The team has no free group. Choose another team or release it first.',
    'У отряда нет свободной группы. Выберите другой отряд или сначала освободите этот.',
    'Жасақтың бос тобы жоқ. Басқа жасақты таңдаңыз не алдымен осыны босатыңыз.',
  ],
  'case-ended': [
    'The search has already ended. If it goes on, reopen it first.',
    'Поиск уже завершён. Если он продолжается, сначала возобновите его.',
    'Іздеу аяқталып қойған. Жалғасса, алдымен қайта ашыңыз.',
  ],
  'not-supported': [
    'This version does not know this action yet.',
    'Эта версия пока не умеет этого.',
    'Бұл нұсқада мұндай әрекет әзірге жоқ.',
  ],
  'transition-not-allowed': [
    'That is not possible in the present state. Somebody may have been faster: look at the case again.',
    'В нынешнем состоянии это невозможно. Возможно, кто-то опередил: посмотрите ещё раз.',
    'Қазіргі күйде бұл мүмкін емес. Біреу бұрын үлгерген болар: оқиғаны қайта қараңыз.',
  ],
  'unknown-case': [
    'The server does not know this case.',
    'Сервер не знает такого происшествия.',
    'Сервер мұндай оқиғаны білмейді.',
  ],
  'unknown-application': [
    'The server does not know this application yet.',
    'Сервер пока не знает такой заявки.',
    'Сервер мұндай өтінімді әзірге білмейді.',
  ],
  'unknown-team': [
    'The server does not know this team.',
    'Сервер не знает такого отряда.',
    'Сервер мұндай жасақты білмейді.',
  ],
  'unknown-subject': [
    'The server does not know this person.',
    'Сервер не знает этого человека.',
    'Сервер бұл адамды білмейді.',
  ],
  'team-not-asked': [
    'This team was not called. A coordinator can assign it.',
    'Этот отряд не вызывали. Его может назначить координатор.',
    'Бұл жасақ шақырылмаған. Оны үйлестіруші тағайындай алады.',
  ],
  'already-assigned': [
    'This team is already on the case.',
    'Этот отряд уже на происшествии.',
    'Бұл жасақ оқиғаға қойылған.',
  ],
  'case-open': ['The search goes on already.', 'Поиск и так идёт.', 'Іздеу онсыз да жүріп жатыр.'],
  'outcome-set': [
    'An outcome is recorded already. To correct it, reopen the case first.',
    'Итог уже записан. Чтобы исправить его, сначала возобновите.',
    'Нәтиже жазылып қойған. Түзету үшін алдымен қайта ашыңыз.',
  ],
  'outcome-not-for-kind': [
    'This kind of case has no such outcome.',
    'У происшествий этого вида не бывает такого итога.',
    'Оқиғаның бұл түрінде мұндай нәтиже болмайды.',
  ],
  'case-merged': [
    'This case was merged into another one. Act there, or split it first.',
    'Это происшествие объединено с другим. Действуйте там или сначала разделите.',
    'Бұл оқиға басқасымен біріктірілген. Сонда әрекет етіңіз немесе алдымен ажыратыңыз.',
  ],
  'not-joined': [
    'The application that opened the case stays. Choose those that joined it.',
    'Заявка, открывшая происшествие, остаётся. Выберите присоединённые.',
    'Оқиғаны ашқан өтінім қалады. Қосылғандарын таңдаңыз.',
  ],
  'no-proposal': [
    'This team is not proposed for the case, or not any more. Read the case again.',
    'Этот отряд для происшествия не предложен или уже не предложен. Обновите страницу.',
    'Бұл жасақ оқиғаға ұсынылмаған немесе енді ұсынылмайды. Бетті жаңартыңыз.',
  ],
  'nothing-withheld': ['No outcome is withheld here.', 'Здесь нет закрытого итога.', 'Мұнда жабық нәтиже жоқ.'],
  minor: [
    'Nobody under 18 may go to a search or an emergency.',
    'На поиск и на ЧС могут ехать только с 18 лет.',
    'Іздеуге және төтенше жағдайға 18 жастан ғана баруға болады.',
  ],
  'roster-full': ['The roster is full.', 'Список участников заполнен.', 'Қатысушылар тізімі толды.'],
  stale: ['Something newer is known already.', 'Уже известны более новые сведения.', 'Одан да жаңа мәлімет белгілі.'],
  'too-old': [
    'This was given too long ago and is not taken any more.',
    'Это было слишком давно и больше не принимается.',
    'Бұл тым ескі, енді қабылданбайды.',
  ],
  'figures-changed': [
    'Nothing was signed: other figures are counted by now. Look at them and sign again.',
    'Не подписано: данные уже изменились. Проверьте их и подпишите снова.',
    'Қол қойылмады: деректер өзгеріп кетті. Тексеріп, қайта қол қойыңыз.',
  ],
  'signed-before': [
    'This month was signed before.',
    'Этот месяц уже подписан.',
    'Бұл айға бұрын қол қойылған.',
  ],
  'command-id-used': [
    'This action was already answered for another case.',
    'Этот номер действия уже использован.',
    'Бұл әрекеттің нөмірі пайдаланылған.',
  ],
  'outcome-not-confirmed': [
    'A death must be confirmed first: record who confirmed it.',
    'Сначала нужно подтвердить гибель: запишите, кто подтвердил.',
    'Алдымен қазаны растау керек: кім растағанын жазыңыз.',
  ],
  invalid: [
    'Some fields are wrong: see the marks beside them.',
    'Некоторые поля заполнены неверно: смотрите отметки рядом.',
    'Кейбір өріс қате толтырылған: жанындағы белгіні қараңыз.',
  ],
  forbidden: ['Your role does not allow this.', 'Ваша роль этого не позволяет.', 'Рөліңіз бұған рұқсат бермейді.'],
  unauthorized: ['Sign in again.', 'Войдите снова.', 'Қайта кіріңіз.'],
  'disk-full': [
    "The server's disk is full. Nothing is lost, but nothing new is taken. Call the duty phone.",
    'На сервере кончилось место. Ничего не потеряно, но новое не принимается. Звоните дежурному.',
    'Серверде орын таусылды. Ештеңе жоғалған жоқ, бірақ жаңасы қабылданбайды. Кезекшіге қоңырау шалыңыз.',
  ],
  'not-found': ['There is nothing at this address.', 'По этому адресу ничего нет.', 'Бұл мекенжайда ештеңе жоқ.'],
  'too-many-requests': [
    'Too many requests. Wait a little.',
    'Слишком много запросов. Подождите немного.',
    'Сұрау тым көп. Сәл күтіңіз.',
  ],
  'network-down': ['The server cannot be reached.', 'Сервер недоступен.', 'Сервер қолжетімсіз.'],
  'too-large': ['This is too large.', 'Слишком большой объём.', 'Көлемі тым үлкен.'],
  'intake-away': [
    'The server cannot take anything in right now. It is sent again by itself.',
    'Сервер сейчас ничего не принимает. Отправим снова автоматически.',
    'Сервер қазір ештеңе қабылдай алмайды. Өздігінен қайта жіберіледі.',
  ],
  'database-away': [
    'The server cannot read its database right now; applications are still taken.',
    'База данных сейчас недоступна; заявки принимаются.',
    'Дерекқор қазір қолжетімсіз; өтінімдер қабылданады.',
  ],
  starting: ['The server is starting.', 'Сервер запускается.', 'Сервер іске қосылуда.'],
  timeout: ['The server took too long.', 'Сервер отвечает слишком долго.', 'Сервер тым ұзақ жауап беруде.'],
  internal: [
    "An error in the server. It is written in the server's log.",
    'Ошибка на сервере. Она записана в его журнал.',
    'Сервердегі қате. Ол журналға жазылды.',
  ],
  'unknown-dead-letter': ['There is no such message.', 'Такого сообщения нет.', 'Мұндай хабар жоқ.'],
  'not-answered': [
    'The server has it but has not applied it yet.',
    'Сервер принял, но ещё не выполнил.',
    'Сервер қабылдады, бірақ әлі орындаған жоқ.',
  ],
} as const satisfies Record<string, Phrase>;

export const problemUnknown = [
  'Refused ({code}): {detail}',
  'Отклонено ({code}): {detail}',
  'Қабылданбады ({code}): {detail}',
] as const satisfies Phrase;
