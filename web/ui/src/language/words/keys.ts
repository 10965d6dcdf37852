import type { Phrase } from '../phrase';

/** The list of keys, and the alarms of the board. */
export const keys = {
  title: ['Keys', 'Клавиши', 'Пернелер'],
  help: ['this list', 'этот список', 'осы тізім'],
  search: ['search', 'поиск по списку', 'тізімнен іздеу'],
  next: ['next case', 'следующее происшествие', 'келесі оқиға'],
  previous: ['previous case', 'предыдущее происшествие', 'алдыңғы оқиға'],
  detail: ['to the chosen case', 'к выбранному происшествию', 'таңдалған оқиғаға'],
  map: ['to the map', 'к карте', 'картаға'],
  board: ['board', 'доска', 'тақта'],
  file: ['new application', 'новая заявка', 'жаңа өтінім'],
  teams: ['teams', 'отряды', 'жасақтар'],
  statistics: ['statistics', 'статистика', 'есеп'],
  look: ['light, dark, night', 'светлое, тёмное, ночное', 'жарық, қараңғы, түнгі'],
  close: ['put the case aside', 'убрать происшествие', 'оқиғаны жинау'],
  arrows: [
    'in the list: next, previous; on the map: move it',
    'в списке: следующее, предыдущее; на карте: сдвиг',
    'тізімде: келесі, алдыңғы; картада: жылжыту',
  ],
} as const satisfies Record<string, Phrase>;

export const alarms = {
  title: ['Alarms on this device', 'Тревоги на этом устройстве', 'Осы құрылғыдағы дабыл'],
  help: [
    'A new life-threatening case sounds, stands in the title of the page and, while the page is hidden, as a notice.',
    'О новой угрозе жизни: звук, заголовок страницы, а пока страница скрыта, и уведомление.',
    'Өмірге қауіп төнген жаңа оқиға: дыбыс, бет тақырыбы, бет жасырын болса хабарландыру.',
  ],
  many: [
    { one: '{count} new life-threatening case', many: '{count} new life-threatening cases' },
    {
      one: '{count} новое происшествие с угрозой жизни',
      few: '{count} новых происшествия с угрозой жизни',
      many: '{count} новых происшествий с угрозой жизни',
    },
    'Өмірге қауіп төнген {count} жаңа оқиға',
  ],
} as const satisfies Record<string, Phrase>;
