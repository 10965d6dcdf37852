import type { CaseView, TeamView } from '../api/views';
import { forgetAll, keep, kept } from '../storage/database';
import type { BoardState } from './frames';

/** The last board that somebody saw on this device, so that it opens without a connection. */
export interface KeptBoard {
  account: string;
  /** ISO 3166-2 code; absent: all that the person sees. */
  region?: string;
  /** When the server was heard last, milliseconds on this device's clock. */
  at: number;
  /** Where to resume; absent when not everything is kept. */
  position?: string;
  truncated: boolean;
  cases: CaseView[];
  teams: TeamView[];
}

const key = 'board';
/** More would make a slow phone stop for a moment whenever it is written. */
const mostCases = 1000;
/** As the server keeps ended cases on the board. */
const endedKeeps = 24 * 3_600_000;
/** A session of the board lasts as long. */
const boardKeeps = 12 * 3_600_000;

/** Makes of a board what is kept: open cases first, the newest of them. */
export function boardToKeep(state: BoardState, account: string, region: string | undefined, at: number): KeptBoard {
  const all = [...state.cases.values()];
  const cases =
    all.length <= mostCases
      ? all
      : all
          .sort((a, b) => Number(a.ended_at !== undefined) - Number(b.ended_at !== undefined) || newer(a, b))
          .slice(0, mostCases);
  const whole = cases.length === all.length;
  return {
    account,
    ...(region && { region }),
    at,
    // What was left out would never be told again.
    ...(whole && state.position && { position: state.position }),
    truncated: state.truncated || !whole,
    cases,
    teams: [...state.teams.values()],
  };
}

function newer(a: CaseView, b: CaseView): number {
  return a.opened_at > b.opened_at ? -1 : 1;
}

/** What of a kept board may be shown now: to the same person, while it is not too old, without what has left it. */
export function boardToShow(
  board: KeptBoard | undefined,
  account: string,
  region: string | undefined,
  now: number,
): KeptBoard | undefined {
  if (!board || board.account !== account || board.region !== region) return undefined;
  if (now - board.at > boardKeeps) return undefined;
  const cases = board.cases.filter((view) => !view.ended_at || now - Date.parse(view.ended_at) < endedKeeps);
  return { ...board, cases };
}

export async function keepBoard(board: KeptBoard): Promise<void> {
  await keep('boards', key, board);
}

/** Forgets the board of somebody else, and one that is too old, instead of showing it. */
export async function keptBoard(account: string, region: string | undefined): Promise<KeptBoard | undefined> {
  const board = await kept<KeptBoard>('boards', key);
  const shown = boardToShow(board, account, region, Date.now());
  if (board && !shown && (board.account !== account || Date.now() - board.at > boardKeeps)) await forgetBoards();
  return shown;
}

export async function forgetBoards(): Promise<void> {
  await forgetAll('boards');
}
