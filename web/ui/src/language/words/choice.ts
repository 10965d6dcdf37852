import type { Phrase } from '../phrase';

/** Words of why a team was or was not asked, and of what decides it: travel, duty, rest, certificates. */
export const choice = {
  travel: ['on the way {range}', 'в пути {range}', 'жолда {range}'],
  assumed: ['assumed', 'по допущению', 'болжам бойынша'],
  assumedHelp: [
    'Travel times are assumed: there are not enough trips of our own yet.',
    'Время в пути взято по допущению: своих выездов пока мало.',
    'Жол уақыты болжаммен алынды: өз шығуларымыз әзірге аз.',
  ],
  staleBase: [
    'position {age} old, stale: counted from the base',
    'координатам {age}, устарели: считаем от базы',
    'орнына {age} болды, ескірген: базасынан есептелді',
  ],
  fromBase: ['from its base', 'от базы', 'базасынан'],
  fromPosition: ['from its position', 'от места отряда', 'тұрған жерінен'],
  fromPositionAged: ['from its position {age} ago', 'от места {age} назад', '{age} бұрынғы орнынан'],
  wouldGain: [
    'nearer by {time}, if it were free',
    'ближе на {time}, если бы был свободен',
    'бос болса, {time} жақынырақ',
  ],
  waitGains: ['worth waiting: sooner by {time}', 'если подождать, раньше на {time}', 'күтсе, {time} ертерек'],
  restingUntil: ['resting until {time}', 'на отдыхе до {time}', '{time} дейін демалыста'],
  offDutyUntil: ['off duty until {time}', 'не на дежурстве до {time}', '{time} дейін кезекшілікте емес'],
  awayUntil: ['away until {time}', 'не готов до {time}', '{time} дейін дайын емес'],
  certificateExpired: [
    'certificate expired {date}: {skill}',
    'сертификат истёк {date}: {skill}',
    'сертификат мерзімі өткен {date}: {skill}',
  ],
  skillsMissing: ['lacks: {skills}', 'нет навыков: {skills}', 'дағдысы жоқ: {skills}'],
  rangeLimit: ['too far: goes up to {range}', 'слишком далеко: выезд до {range}', 'тым алыс: {range} дейін шығады'],
  etaRange: ['ETA {from}–{to}', 'прибытие {from}–{to}', 'жетуі {from}–{to}'],
  nobody: ['Nobody could be called', 'Вызвать было некого', 'Шақыратын жасақ болмады'],
  others: ['Further away', 'Остальные, дальше', 'Қалғандары, алысырақ'],
} as const satisfies Record<string, Phrase>;

export const chosen = {
  nearest: ['the soonest there', 'доберётся быстрее всех', 'ең тез жетеді'],
  matched: ['matched with all that waits', 'подобран с учётом всех, кто ждёт', 'күткендердің бәрі ескеріліп таңдалды'],
  greedy: [
    'by urgency alone: no time was left to match',
    'только по срочности: на подбор не хватило времени',
    'тек шұғылдығы бойынша: іріктеуге уақыт жетпеді',
  ],
  by_hand: ['chosen by a person', 'выбрал человек', 'адам таңдады'],
  rung: ['called again: nobody else is left', 'вызван снова: больше некого', 'қайта шақырылды: басқа жасақ жоқ'],
  open_call: ['open call, with others', 'общий вызов, вместе с другими', 'ортақ шақыру, басқалармен бірге'],
  preempted: ['taken from another case', 'снят с другого происшествия', 'басқа оқиғадан алынды'],
} as const satisfies Record<string, Phrase>;

export const transport = {
  on_foot: ['on foot', 'пешком', 'жаяу'],
  car: ['car', 'машина', 'автокөлік'],
  offroad: ['off-road vehicle', 'вездеход', 'жүрісі жоғары көлік'],
  snowmobile: ['snowmobile', 'снегоход', 'қар шанасы'],
  boat: ['boat', 'лодка', 'қайық'],
  helicopter: ['helicopter', 'вертолёт', 'тікұшақ'],
} as const satisfies Record<string, Phrase>;

export const weekday = {
  mon: ['Mon', 'Пн', 'Дс'],
  tue: ['Tue', 'Вт', 'Сс'],
  wed: ['Wed', 'Ср', 'Сәр'],
  thu: ['Thu', 'Чт', 'Бс'],
  fri: ['Fri', 'Пт', 'Жм'],
  sat: ['Sat', 'Сб', 'Сен'],
  sun: ['Sun', 'Вс', 'Жс'],
} as const satisfies Record<string, Phrase>;

/** Words of a team's duty calendar and certificates. */
export const duty = {
  title: ['Duty calendar', 'График дежурств', 'Кезекшілік кестесі'],
  always: ['always on duty', 'дежурит всегда', 'әрқашан кезекшілікте'],
  addShift: ['Add a shift', 'Добавить смену', 'Ауысым қосу'],
  shift: ['Shift {n}', 'Смена {n}', '{n}-ауысым'],
  days: ['Days', 'Дни', 'Күндері'],
  from: ['From', 'С', 'Басталуы'],
  to: ['To', 'До', 'Аяқталуы'],
  nextDay: ['ends on the next day', 'до следующего дня', 'келесі күнге дейін'],
  exceptions: ['Exceptions', 'Исключения', 'Ерекше күндер'],
  addException: ['Add an exception', 'Добавить исключение', 'Ерекше күн қосу'],
  exception: ['Exception {n}', 'Исключение {n}', '{n}-ерекшелік'],
  on: ['on duty', 'дежурит', 'кезекшілікте'],
  off: ['off duty', 'не дежурит', 'кезекшілікте емес'],
  onUntil: ['on duty until {time}', 'дежурит до {time}', '{time} дейін кезекшілікте'],
  remove: ['Remove', 'Убрать', 'Алып тастау'],
  daysWrong: ['Choose a day.', 'Выберите день.', 'Күнді таңдаңыз.'],
  timeWrong: ['A time such as 20:00 is needed.', 'Нужно время, например 20:00.', '20:00 сияқты уақыт керек.'],
  orderWrong: ['The end is before the beginning.', 'Конец раньше начала.', 'Аяқталуы басталуынан бұрын.'],
  transport: ['Gets there by', 'Добирается', 'Көлігі'],
  certificates: ['Certificates', 'Сертификаты', 'Сертификаттар'],
  certificatesHelp: [
    'A skill with an expired certificate does not count. Without a date it counts always.',
    'Навык с истёкшим сертификатом не учитывается. Без даты учитывается всегда.',
    'Сертификат мерзімі өткен дағды есептелмейді. Күні жоқ болса, әрқашан есептеледі.',
  ],
  validUntil: ['{skill}: valid until', '{skill}: действует до', '{skill}: жарамды мерзімі'],
  expires: ['{skill} until {date}', '{skill} до {date}', '{skill} {date} дейін'],
  expired: [
    '{skill}: certificate expired {date}',
    '{skill}: сертификат истёк {date}',
    '{skill}: сертификаты {date} өткен',
  ],
} as const satisfies Record<string, Phrase>;

/** Why a team cannot be asked. */
export const unavailableBecause = {
  said: ['as it said', 'по словам отряда', 'жасақтың айтуынша'],
  duty: ['duty calendar', 'график дежурств', 'кезекшілік кестесі'],
  rest: ['rest after a return', 'отдых после выезда', 'шығудан кейінгі демалыс'],
} as const satisfies Record<string, Phrase>;
