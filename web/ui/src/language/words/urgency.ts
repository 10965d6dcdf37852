import type { Phrase } from '../phrase';

// Why a case is as urgent as it is: the factors of the table in dispatch/urgency.go, in its order.
export const urgencyFactor = {
  child_under_8: ['child under 8', 'ребёнок младше 8 лет', '8 жасқа толмаған бала'],
  dementia: ['dementia', 'деменция', 'деменция'],
  suicidal_intent: ['suicidal intent', 'суицидальные намерения', 'өзіне қол жұмсау ниеті'],
  blizzard: ['blizzard', 'буран', 'боран'],
  water: ['water or ice', 'вода или лёд', 'су немесе мұз'],
  child: ['child', 'ребёнок', 'бала'],
  elderly: ['elderly', 'пожилой возраст', 'егде жаста'],
  health: ['illness or injury', 'болезнь или травма', 'ауру немесе жарақат'],
  immobile: ['can hardly walk', 'почти не может ходить', 'әрең жүреді'],
  children_at_risk: ['children in danger', 'дети в опасности', 'қауіптегі балалар'],
  several_people: ['several people', 'несколько человек', 'бірнеше адам'],
  many_people: ['many people', 'много людей', 'көп адам'],
  snow_trap: ['caught in snow', 'снежный занос', 'қар құрсауы'],
  flood: ['flood', 'паводок', 'су тасқыны'],
  fire: ['fire', 'пожар', 'өрт'],
  terrain: ['dangerous terrain', 'опасная местность', 'қауіпті жер'],
  light_clothes: ['not dressed for the weather', 'одет не по погоде', 'киімі ауа райына сай емес'],
  severe_frost: ['severe frost', 'сильный мороз', 'қатты аяз'],
  heavy_snow: ['heavy snow', 'сильный снег', 'қалың қар'],
  heat: ['heat', 'жара', 'аптап ыстық'],
  rain: ['rain', 'дождь', 'жаңбыр'],
  fog: ['fog', 'туман', 'тұман'],
  missing_6_hours: ['not seen for 6 hours', 'не видели 6 часов', '6 сағат көрінбеген'],
  missing_24_hours: ['not seen for a day', 'не видели сутки', 'бір тәулік көрінбеген'],
  dark: ['dark', 'темно', 'қараңғы'],
  dark_soon: ['dark within 2 hours', 'через 2 часа стемнеет', '2 сағатта қараңғы түседі'],
} as const satisfies Record<string, Phrase>;

export const weather = {
  blizzard: ['blizzard', 'буран', 'боран'],
  severe_frost: ['severe frost', 'сильный мороз', 'қатты аяз'],
  heavy_snow: ['heavy snow', 'сильный снег', 'қалың қар'],
  rain: ['rain', 'дождь', 'жаңбыр'],
  fog: ['fog', 'туман', 'тұман'],
  heat: ['heat', 'жара', 'аптап ыстық'],
} as const satisfies Record<string, Phrase>;

export const danger = {
  dementia: ['dementia', 'деменция', 'деменция'],
  suicidal_intent: ['suicidal intent', 'суицидальные намерения', 'өзіне қол жұмсау ниеті'],
  water: ['water or ice', 'вода или лёд', 'су немесе мұз'],
  illness: ['illness', 'болезнь', 'ауру'],
  injury: ['injury', 'травма', 'жарақат'],
  immobile: ['can hardly walk', 'почти не может ходить', 'әрең жүреді'],
  light_clothes: ['not dressed for the weather', 'одет не по погоде', 'киімі ауа райына сай емес'],
  terrain: ['dangerous terrain', 'опасная местность', 'қауіпті жер'],
} as const satisfies Record<string, Phrase>;

export const urgencyOrigin = {
  filed: ['said by the filer', 'указал заявитель', 'өтініш беруші айтқан'],
  set: ['set by a coordinator', 'изменил координатор', 'үйлестіруші өзгерткен'],
} as const satisfies Record<string, Phrase>;

/** Words around the factors. */
export const assessment = {
  byTable: ['by the table', 'по таблице', 'кесте бойынша'],
  score: [
    { one: '{count} point', many: '{count} points' },
    { one: '{count} балл', few: '{count} балла', many: '{count} баллов' },
    '{count} ұпай',
  ],
  why: ['Why', 'Почему', 'Неге'],
  lifts: ['decides alone', 'решает само по себе', 'өзі шешеді'],
  noFactor: ['no factor of the table holds', 'ни один признак таблицы не подходит', 'кестенің ешбір белгісі сай емес'],
  set: ['Set the urgency', 'Изменить срочность', 'Шұғылдығын өзгерту'],
  setReason: ['Why, for the other coordinators', 'Почему, для других координаторов', 'Неге, басқа үйлестірушілерге'],
  dangers: ['Dangers', 'Опасности', 'Қауіптер'],
  weather: ['Weather there', 'Погода на месте', 'Ондағы ауа райы'],
  weatherUnknown: ['not known', 'неизвестно', 'белгісіз'],
} as const satisfies Record<string, Phrase>;
