import type { Phrase } from '../phrase';

/** Words of the comparison with the list that a team keeps. */
export const comparison = {
  title: ['Compare with a team’s list', 'Сверка со списком отряда', 'Жасақ тізімімен салыстыру'],
  help: [
    'For the period above: cases that the team accepted and that you see. The list is not kept.',
    'За период выше: происшествия, которые отряд принял и которые видны вам. Список не сохраняется.',
    'Жоғарыдағы кезең үшін: жасақ қабылдаған, сізге көрінетін оқиғалар. Тізім сақталмайды.',
  ],
  team: ['Team', 'Отряд', 'Жасақ'],
  choose: ['Choose a team', 'Выберите отряд', 'Жасақты таңдаңыз'],
  list: ['The team’s list', 'Список отряда', 'Жасақтың тізімі'],
  listHelp: [
    'Copy the rows of a table here, the names of the columns first.',
    'Скопируйте сюда строки таблицы, первой — названия столбцов.',
    'Кесте жолдарын осында көшіріңіз, бірінші — баған атаулары.',
  ],
  file: ['or a file', 'или файл', 'немесе файл'],
  noList: ['Copy a list here or choose a file.', 'Скопируйте список или выберите файл.', 'Тізімді көшіріңіз не файл таңдаңыз.'],
  sample: ['What the list looks like', 'Как выглядит список', 'Тізім үлгісі'],
  sampleHelp: [
    'The outcome, and one of three: case number, police number, or name with a day. The rest if it is there. An empty outcome: still sought.',
    'Исход и одно из трёх: номер происшествия, номер КУИ или имя с датой. Остальное, если есть. Пустой исход: в поиске.',
    'Нәтиже және үшеуінің бірі: оқиға нөмірі, полициядағы нөмір не күні бар аты-жөні. Қалғаны — болса. Бос нәтиже: іздеуде.',
  ],
  copy: ['Copy the sample', 'Скопировать образец', 'Үлгіні көшіру'],
  copied: ['Copied', 'Скопировано', 'Көшірілді'],
  compare: ['Compare', 'Сверить', 'Салыстыру'],
  read: ['Compared: theirs {rows}, ours {ours}', 'Сверено: у них {rows}, у нас {ours}', 'Салыстырылды: оларда {rows}, бізде {ours}'],
  different: ['Different outcome', 'Исход различается', 'Нәтижесі басқа'],
  onlyOurs: ['Only ours', 'Только у нас', 'Тек бізде'],
  onlyTheirs: ['Only theirs', 'Только у них', 'Тек оларда'],
  unclear: ['Not clear', 'Неясно', 'Анық емес'],
  same: ['Same outcome', 'Исход совпадает', 'Нәтижесі бірдей'],
  refused: ['Lines not read', 'Непрочитанные строки', 'Оқылмаған жолдар'],
  refusedHelp: ['They are not compared: mend them and compare again.', 'Они не сверены: исправьте и сверьте снова.', 'Олар салыстырылмады: түзетіп, қайта салыстырыңыз.'],
  theirs: ['Theirs', 'У них', 'Оларда'],
  ours: ['Ours', 'У нас', 'Бізде'],
  person: ['Who', 'Кто', 'Кім'],
  outcome: ['Outcome', 'Исход', 'Нәтиже'],
  mayBe: ['May be', 'Может быть', 'Мүмкін'],
  open: ['still sought', 'в поиске', 'іздеуде'],
  nameless: ['no name', 'без имени', 'аты жоқ'],
  police: ['police: {number}', 'КУИ: {number}', 'полиция: {number}'],
  carried: ['from before the period', 'с прошлого периода', 'өткен кезеңнен'],
} as const satisfies Record<string, Phrase>;

/** Whether a joint case counts for the team. */
export const part = {
  lead: ['lead team', 'ответственный отряд', 'жауапты жасақ'],
  taking_part: ['taking part', 'участвовал', 'қатысты'],
} as const satisfies Record<string, Phrase>;

export const matchedBy = {
  number: ['by number', 'по номеру', 'нөмірі бойынша'],
  reference: ['by police number', 'по номеру КУИ', 'полиция нөмірі бойынша'],
  same_name: ['by name and day', 'по имени и дате', 'аты мен күні бойынша'],
  similar_name: ['by a similar name', 'по похожему имени', 'ұқсас аты бойынша'],
  part_of_name: ['by a part of the name', 'по части имени', 'атының бөлігі бойынша'],
} as const satisfies Record<string, Phrase>;

export const unclearBecause = {
  several_ours: ['Fits several of ours equally well.', 'Одинаково подходит нескольким нашим.', 'Біздің бірнешеуіне бірдей келеді.'],
  several_rows: ['Another line fits the same one equally well.', 'Тому же подходит и другая строка.', 'Соған басқа жол да бірдей келеді.'],
  in_part: ['Fits in part only.', 'Подходит лишь отчасти.', 'Ішінара ғана келеді.'],
} as const satisfies Record<string, Phrase>;

/** Columns of a list, as the server names them in what it refuses. */
export const listColumn = {
  number: ['number', 'номер', 'нөмір'],
  reference: ['reference', 'КУИ', 'полиция нөмірі'],
  name: ['name', 'ФИО', 'аты-жөні'],
  age: ['age', 'возраст', 'жасы'],
  opened: ['date', 'дата', 'күні'],
  ended: ['outcome date', 'дата исхода', 'нәтиже күні'],
  outcome: ['outcome', 'исход', 'нәтиже'],
} as const satisfies Record<string, Phrase>;
