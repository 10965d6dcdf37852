import type { Phrase } from '../phrase';

/** Words of the first run: the office, teams from a table, coordinators on duty, phones. */
export const setup = {
  title: ['Setting up', 'Настройка', 'Баптау'],
  firstRun: ['First run: say who you are, who goes, who is on duty.', 'Первый запуск: укажите, кто вы, кто выезжает и кто дежурит.', 'Алғашқы іске қосу: кім екеніңізді, кім шығатынын, кім кезекші екенін көрсетіңіз.'],
  begin: ['Set up', 'Настроить', 'Баптау'],
  done: ['done', 'готово', 'дайын'],
  office: ['Office', 'Организация', 'Ұйым'],
  officeName: ['Name of the office or team', 'Название офиса или отряда', 'Офис не жасақ атауы'],
  region: ['Region', 'Регион', 'Өңір'],
  noRegion: ['not said', 'не указан', 'көрсетілмеген'],
  dutyPhone: ['Duty phone', 'Телефон дежурного', 'Кезекші телефоны'],
  dutyPhoneHelp: [
    'Shown wherever the program cannot help. Without it 112 is shown.',
    'Показывается везде, где программа не может помочь. Без него показывается 112.',
    'Бағдарлама көмектесе алмайтын жерде көрсетіледі. Болмаса, 112 көрсетіледі.',
  ],
  save: ['Save', 'Сохранить', 'Сақтау'],
  saved: ['Saved', 'Сохранено', 'Сақталды'],
  teams: ['Teams', 'Отряды', 'Жасақтар'],
  teamsCount: [
    { one: '{count} team is registered', many: '{count} teams are registered' },
    { one: 'Записан {count} отряд', few: 'Записано {count} отряда', many: 'Записано {count} отрядов' },
    '{count} жасақ тіркелді',
  ],
  table: ['Teams from a table', 'Отряды из таблицы', 'Кестедегі жасақтар'],
  tableFile: ['Table file', 'Файл таблицы', 'Кесте файлы'],
  tableHelp: [
    'The first line names the columns: name, base (a town or 53.21, 63.62), and if you like organisation, branch, members, capacity, skills, duty.',
    'Первая строка называет столбцы, по-английски. Обязательны название и база: город или координаты. Дежурства: как в примере.',
    'Бірінші жол бағандарды ағылшынша атайды. Атауы мен базасы міндетті: қала не координаттар. Кезекшілік: мысалдағыдай.',
  ],
  tableExample: ['An example', 'Пример', 'Мысал'],
  tableGood: [
    { one: '{count} team is ready to be sent', many: '{count} teams are ready to be sent' },
    { one: '{count} отряд готов к отправке', few: '{count} отряда готовы к отправке', many: '{count} отрядов готовы к отправке' },
    '{count} жасақ жіберуге дайын',
  ],
  tableWrong: [
    { one: '{count} line needs mending', many: '{count} lines need mending' },
    { one: '{count} строку нужно исправить', few: '{count} строки нужно исправить', many: '{count} строк нужно исправить' },
    '{count} жолды түзету керек',
  ],
  line: ['Line', 'Строка', 'Жол'],
  column: ['Column', 'Столбец', 'Баған'],
  what: ['What to do', 'Что сделать', 'Не істеу керек'],
  tableSend: [
    { one: 'Send {count} team', many: 'Send {count} teams' },
    { one: 'Отправить {count} отряд', few: 'Отправить {count} отряда', many: 'Отправить {count} отрядов' },
    '{count} жасақты жіберу',
  ],
  tableSent: [
    { one: '{count} team was sent', many: '{count} teams were sent' },
    { one: 'Отправлен {count} отряд', few: 'Отправлено {count} отряда', many: 'Отправлено {count} отрядов' },
    '{count} жасақ жіберілді',
  ],
  teamSaved: ['Saved: {name}', 'Записан: {name}', 'Жазылды: {name}'],
  oneByOne: ['Add a team by hand', 'Добавить отряд вручную', 'Жасақты қолмен қосу'],
  coordinators: ['Coordinators on duty', 'Дежурные координаторы', 'Кезекші үйлестірушілер'],
  coordinatorsHelp: [
    'They are told when a case needs a person.',
    'Им сообщают, когда происшествию нужен человек.',
    'Оқиғаға адам керек болғанда оларға хабарланады.',
  ],
  noCoordinators: ['Nobody yet.', 'Пока никого.', 'Әзірге ешкім жоқ.'],
  onDuty: ['on duty now', 'сейчас на дежурстве', 'қазір кезекшілікте'],
  offDuty: ['off duty now', 'сейчас не на дежурстве', 'қазір кезекшілікте емес'],
  everyRegion: ['all regions', 'все регионы', 'барлық өңір'],
  addCoordinator: ['Add a coordinator', 'Добавить координатора', 'Үйлестіруші қосу'],
  change: ['Change', 'Изменить', 'Өзгерту'],
  coordinatorName: ['Name', 'Имя', 'Аты-жөні'],
  language: ['Language of messages', 'Язык сообщений', 'Хабарлама тілі'],
  phones: ['Phones', 'Телефоны', 'Телефондар'],
  phonesHelp: [
    'Point the camera at it: the board opens, and the person signs in with a key of their own.',
    'Наведите камеру: откроется доска, и человек войдёт своим ключом.',
    'Камераны бағыттаңыз: тақта ашылады, адам өз кілтімен кіреді.',
  ],
  phonesLocal: [
    'This address works on this computer only. Open the board by its address in the network to get a code for phones.',
    'Этот адрес работает только на этом компьютере. Откройте доску по сетевому адресу, и код подойдёт телефонам.',
    'Бұл мекенжай тек осы компьютерде жұмыс істейді. Тақтаны желідегі мекенжайымен ашсаңыз, код телефондарға жарайды.',
  ],
  phonesInsecure: [
    'Without HTTPS phones are not woken and do not share their position.',
    'Без защищённого соединения телефоны не разбудить, и они не передают своё место.',
    'Қорғалған байланыссыз телефондар оянбайды, орнын жібермейді.',
  ],
  code: ['Address of the board as a code', 'Адрес доски в виде кода', 'Тақта мекенжайының коды'],
} as const satisfies Record<string, Phrase>;

/** Words of the list of the installation's own places. */
export const places = {
  title: ['Own places', 'Свои места', 'Өз орындарымыз'],
  help: [
    'Imported from a table, or learnt when a team got there. A removed one is not learnt again.',
    'Загружены из таблицы или выучены, когда отряд прибыл на место. Удалённое больше не выучится.',
    'Кестеден жүктелген не жасақ жеткенде үйренілген. Алып тасталғаны қайта үйренілмейді.',
  ],
  search: ['Name, or how it begins', 'Название или его начало', 'Атауы не оның басы'],
  none: ['None yet.', 'Пока нет.', 'Әзірге жоқ.'],
  noneFits: ['No such place.', 'Такого места нет.', 'Мұндай орын жоқ.'],
  more: ['The newest {shown} of {total}: search for others.', 'Новейшие {shown} из {total}: другие найдёт поиск.', '{total} ішінен соңғы {shown}: басқасын іздеңіз.'],
  imported: ['imported', 'загружено', 'жүктелген'],
  removeSure: [
    'Remove {name}? People will not find it any more.',
    'Убрать «{name}»? Его больше не найдут.',
    '«{name}» алып тасталсын ба? Ол енді табылмайды.',
  ],
} as const satisfies Record<string, Phrase>;

/** Why a line of a table was refused. */
export const lineProblem: Record<string, Phrase> = {
  not_text: ['Save the file as CSV UTF-8.', 'Сохраните файл как текстовую таблицу в кодировке Юникод.', 'Файлды Юникод кодтауындағы мәтіндік кесте етіп сақтаңыз.'],
  too_large: ['Split the file: it is too large.', 'Разделите файл: он слишком велик.', 'Файлды бөліңіз: тым үлкен.'],
  no_column: ['The first line lacks this column.', 'В первой строке нет этого столбца.', 'Бірінші жолда бұл баған жоқ.'],
  quotes: ['A quotation mark is out of place.', 'Кавычка стоит не на месте.', 'Тырнақша орнында емес.'],
  too_many_fields: ['There are more fields than columns.', 'Полей больше, чем столбцов.', 'Өрістер бағандардан көп.'],
  empty: ['Fill this in.', 'Заполните.', 'Толтырыңыз.'],
  no_number: ['Write a number.', 'Напишите число.', 'Сан жазыңыз.'],
  outside: ['This is outside Kazakhstan or the region.', 'Это вне Казахстана или региона.', 'Бұл Қазақстаннан не өңірден тыс.'],
  swapped: ['Latitude and longitude are swapped.', 'Широта и долгота переставлены.', 'Ендік пен бойлық ауысқан.'],
  unknown_word: ['Use one of the known words.', 'Используйте одно из известных слов.', 'Белгілі сөздердің бірін жазыңыз.'],
  unknown_place: ['No such place is known: write coordinates.', 'Такого места нет в списке: напишите координаты.', 'Мұндай орын тізімде жоқ: координатын жазыңыз.'],
  many_places: ['Several places have this name: add the region.', 'Мест с таким именем несколько: добавьте регион.', 'Мұндай атаулы орын бірнешеу: өңірін қосыңыз.'],
  no_duty: ['Write such as mon-fri 20:00-08:00.', 'Напишите, например: пн-пт 20:00-08:00.', 'Мысалы, былай жазыңыз: дс-жм 20:00-08:00.'],
  no_date: ['Write such as 21.11.2026.', 'Напишите, например: 21.11.2026.', 'Мысалы, былай жазыңыз: 21.11.2026.'],
  too_many_rows: ['There are too many rows: choose a shorter period.', 'Строк слишком много: возьмите период короче.', 'Жол тым көп: кезеңді қысқартыңыз.'],
  twice: ['This team is in the table already.', 'Этот отряд уже есть в таблице.', 'Бұл жасақ кестеде бар.'],
  not_yours: ['This region is not yours.', 'Это не ваш регион.', 'Бұл сіздің өңіріңіз емес.'],
  invalid: ['The line cannot be taken.', 'Строку нельзя принять.', 'Жолды қабылдау мүмкін емес.'],
};
