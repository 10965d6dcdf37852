import type { Phrase } from '../phrase';

/** Words of the coordinator's desk. */
export const desk = {
  title: ['Desk', 'Пульт', 'Пульт'],
  alarms: ['Alarm', 'Тревога', 'Дабыл'],
  waiting: ['Waiting for a team', 'Ждут отряд', 'Жасақ күтуде'],
  home: ['Called back', 'Отбой', 'Кері қайту'],
  told: ['The family has to be told', 'Сообщить родным', 'Туыстарына хабарлау керек'],
  refused: ['Not accepted', 'Не принято', 'Қабылданбады'],
  allWell: ['All is well', 'Всё спокойно', 'Бәрі тыныш'],
  allWellHelp: [
    'Nobody waits, every team was heard of, nothing is unread.',
    'Никто не ждёт, все отряды на связи, непрочитанного нет.',
    'Ешкім күтіп тұрған жоқ, жасақтардың бәрі байланыста, оқылмаған хабар жоқ.',
  ],
  quiet: ['Nothing to do in', 'Спокойно', 'Тыныш бөлімдер'],
  more: ['{count} more', 'ещё {count}', 'тағы {count}'],
  waits: ['waits {time}', 'ждёт {time}', '{time} күтуде'],
  asked: ['answer awaited: {teams}', 'ждём ответа: {teams}', 'жауап күтілуде: {teams}'],
  noAnswer: ['no answer: {teams}', 'не отвечают: {teams}', 'жауап бермей жатыр: {teams}'],
  declined: ['cannot come: {teams}', 'не могут: {teams}', 'бара алмайды: {teams}'],
  nobodySince: ['nobody left to ask since {time}', 'больше некого вызвать с {time}', '{time} бері шақыратын жасақ жоқ'],
  others: ['Teams at {time}', 'Отряды на {time}', 'Жасақтар, {time}'],
  first: ['The nearest: {team}', 'Ближайший: {team}', 'Ең жақыны: {team}'],
  handOverAll: ['Hand all over', 'Передать все', 'Бәрін тапсыру'],
  compare: ['Compared', 'Сравнение', 'Салыстыру'],
  filer: ['Filed by', 'Заявил', 'Өтініш берген'],
  read: ['Read', 'Прочитать', 'Оқып шығу'],
  fold: ['Fold', 'Свернуть', 'Жинау'],
  fileByHand: ['File by hand', 'Завести вручную', 'Қолмен тіркеу'],
  setAside: ['Set aside', 'Убрать', 'Алып тастау'],
  setAsideSure: [
    'Is there nothing about a person in it? The message is kept, but leaves this list.',
    'В нём точно нет ничего о человеке? Сообщение сохранится, но уйдёт из списка.',
    'Ішінде адам туралы ештеңе жоғы анық па? Хабар сақталады, бірақ тізімнен кетеді.',
  ],
  letterSealed: [
    'Only a key for the whole country may read this kind of message.',
    'Такие сообщения читает только ключ на всю страну.',
    'Мұндай хабарды бүкіл елге берілген кілт қана оқиды.',
  ],
  letterEmpty: ['The message is empty.', 'Сообщение пустое.', 'Хабар бос.'],
  letterBeside: [
    'You file what this message says. Check every field.',
    'Вы заводите заявку по этому сообщению. Проверьте каждое поле.',
    'Өтінімді осы хабар бойынша тіркейсіз. Әр өрісті тексеріңіз.',
  ],
} as const satisfies Record<string, Phrase>;
