// Line icons on a 24 × 24 grid, drawn for this board.
const paths = {
  board: 'M4 5h6v14H4zM14 5h6v6h-6zM14 15h6v4h-6z',
  desk: 'M3.5 6.5l1.5 1.5 2.5-3M3.5 12.5 5 14l2.5-3M3.5 18.5 5 20l2.5-3M11 7h9.5M11 13h9.5M11 19h9.5',
  map: 'M3.5 6.5 9 4l6 2.5L20.5 4v13.5L15 20l-6-2.5L3.5 20zM9 4v13.5M15 6.5V20',
  cases: 'M4 6h16M4 12h16M4 18h10',
  file: 'M12 5v14M5 12h14',
  teams: 'M12 3 20 20l-8-4-8 4z',
  statistics: 'M5 20V11M12 20V4M19 20v-6',
  more: 'M4 7h16M4 12h16M4 17h16',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  night: 'M16 14.5A6.5 6.5 0 0 1 8 6a6.5 6.5 0 1 0 8 8.5zM17.5 3.5v5M15 6h5M3 21h18',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20.5 20.5',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  phone:
    'M6 3.5h3.5l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5V18a2.5 2.5 0 0 1-2.7 2.5A16 16 0 0 1 3.5 6.2 2.5 2.5 0 0 1 6 3.5z',
  alert: 'M12 3.5 22 20.5H2zM12 10v5M12 17.6v.2',
  letters: 'M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7',
  pin: 'M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21zM12 7.2a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8',
  check: 'M4.5 12.5 10 18 19.5 6.5',
  share: 'M12 15V3.5M7.5 8 12 3.5 16.5 8M5 12v8h14v-8',
  download: 'M12 3.5V15M7.5 11 12 15.5 16.5 11M5 20h14',
  print: 'M7 8V3.5h10V8M7 17H4V8h16v9h-3M7 14h10v6.5H7z',
  copy: 'M8.5 8.5h11v11h-11zM15.5 8.5v-4h-11v11h4',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  'no-person': 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6M3.5 3.5l17 17',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8',
  target: 'M12 2.5v4M12 17.5v4M2.5 12h4M17.5 12h4M12 6.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  'no-sound': 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  way: 'M5 20.5V9a4 4 0 0 1 4-4h9M14.5 1.5 18 5l-3.5 3.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2',
} as const;

export type IconName = keyof typeof paths;

/** Decoration beside a word; a button without a word carries its own aria-label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        stroke-width={name === 'dots' ? 3.4 : 1.9}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
