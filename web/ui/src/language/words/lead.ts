import type { Phrase } from '../phrase';

/** Words of a team lead's hour: the offer, the way there, photos, sharing one's position. */
export const lead = {
  offer: ['Call: {title}', 'Вызов: {title}', 'Шақыру: {title}'],
  answerIn: ['answer within {time}', 'ответить за {time}', 'жауапқа {time} қалды'],
  answerLate: ['a late answer is welcome', 'ответ ещё нужен', 'жауап әлі керек'],
  silence: ['Silence', 'Без звука', 'Дыбыссыз'],
  sound: ['Sound of calls and alarms', 'Звук вызова и тревоги', 'Шақыру мен дабыл дыбысы'],
  soundTry: ['Try the sound', 'Проверить звук', 'Дыбысты тексеру'],
  minutesByEstimate: ['by estimate', 'по расчёту', 'есеп бойынша'],
  peopleChip: [
    { one: '{count} person', many: '{count} people' },
    { one: '{count} человек', few: '{count} человека', many: '{count} человек' },
    '{count} адам',
  ],
  declineHelp: ['A tap on a reason sends it.', 'Нажатие на причину сразу отправляет ответ.', 'Себепті бассаңыз, жауап бірден кетеді.'],
  way: ['The way there', 'Как доехать', 'Қалай бару керек'],
  meetingUnknown: [
    'Nobody has said where to meet yet. This is the last known point, not the meeting point:',
    'Место сбора ещё не назначено. Это последняя известная точка, а не место сбора:',
    'Жиналу орны әлі айтылмады. Бұл – соңғы белгілі орын, жиналу орны емес:',
  ],
  placeOfCase: [
    'Nobody has said where to meet yet. This is the place of the case:',
    'Место сбора ещё не назначено. Это место происшествия:',
    'Жиналу орны әлі айтылмады. Бұл – оқиға болған жер:',
  ],
  wayUnknown: ['No place is known yet.', 'Место пока неизвестно.', 'Орны әзірге белгісіз.'],
  mapApp: ['Map on the phone', 'Карта в телефоне', 'Телефон картасы'],
  twoGis: ['2GIS', '2ГИС', '2ГИС'],
  yandex: ['Yandex', 'Яндекс', 'Яндекс'],
  google: ['Google', 'Гугл', 'Гугл'],
  myPosition: ['My position', 'Моё место', 'Менің орным'],
  myPositionSearching: ['Looking for your position…', 'Определяем место…', 'Орныңыз анықталуда…'],
  myPositionFailed: [
    'Your position is not known: allow it in the browser, or point at the map.',
    'Место не определилось: разрешите его в браузере или укажите на карте.',
    'Орныңыз анықталмады: браузерде рұқсат беріңіз не картадан көрсетіңіз.',
  ],
  accuracy: ['accurate to {distance}', 'точность {distance}', 'дәлдігі {distance}'],
  foundWhere: ['Where (may stay empty)', 'Где (можно не указывать)', 'Қайда (бос қалуы мүмкін)'],
  photo: ['Photo', 'Фото', 'Фото'],
  photoAdd: ['Add a photo', 'Добавить фото', 'Фото қосу'],
  photoOther: ['Another photo', 'Другое фото', 'Басқа фото'],
  photoRemove: ['Without the photo', 'Убрать фото', 'Фотосыз'],
  photoReading: ['The photo is made smaller…', 'Фото уменьшается…', 'Фото кішірейтілуде…'],
  photoFailed: ['This file cannot be read as a photo.', 'Этот файл не удалось прочитать как фото.', 'Бұл файлды фото ретінде оқу мүмкін болмады.'],
  photoOnItsWay: ['photo on its way', 'фото в пути', 'фото жолда'],
  photoErased: ['photo erased', 'фото стёрто', 'фото өшірілді'],
  photoOpen: ['Open the photo', 'Открыть фото', 'Фотоны ашу'],
  share: ['Share our position', 'Показывать наше место', 'Орнымызды көрсету'],
  shareHelp: [
    'While the board is open on this phone and the team is on the case. It stops by itself.',
    'Пока доска открыта на телефоне и отряд на выезде. Потом выключится сама.',
    'Телефонда тақта ашық және жасақ шығуда тұрғанда. Кейін өзі сөнеді.',
  ],
  shareOn: ['shared {time}', 'передано {time}', '{time} жіберілді'],
  shareSearching: ['waiting for satellites', 'ждём спутники', 'спутник күтілуде'],
  shareWaiting: [
    { one: '{count} place not sent yet', many: '{count} places not sent yet' },
    { one: 'не отправлена {count} точка', few: 'не отправлено {count} точки', many: 'не отправлено {count} точек' },
    '{count} нүкте жіберілмеді',
  ],
  shareBlocked: [
    'The browser does not give the position: allow it in its settings.',
    'Браузер не отдаёт место: разрешите это в его настройках.',
    'Браузер орынды бермейді: баптауларынан рұқсат беріңіз.',
  ],
  shareRefused: [
    'The server does not take the position: {reason}',
    'Сервер не принимает место: {reason}',
    'Сервер орынды қабылдамады: {reason}',
  ],
  retry: ['Send again', 'Отправить снова', 'Қайта жіберу'],
} as const satisfies Record<string, Phrase>;

/** Words of the installed board: what it keeps and how it renews itself. */
export const offline = {
  kept: [
    'This is what was known {age} ago.',
    'Это данные, которым {age}.',
    'Бұл деректерге {age} болды.',
  ],
  update: ['There is a new version of the board.', 'Есть новая версия доски.', 'Тақтаның жаңа нұсқасы бар.'],
  updateNow: ['Renew', 'Обновить', 'Жаңарту'],
} as const satisfies Record<string, Phrase>;
