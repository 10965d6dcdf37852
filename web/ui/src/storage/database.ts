// What a browser keeps beside its settings: photos that wait to be sent, and the last board. Where it keeps nothing
// (a private window, a full disk) every answer is empty, and the page lives without.

export type Shelf = 'photos' | 'boards';

const shelves: readonly Shelf[] = ['photos', 'boards'];
const name = 'izdeu';
const version = 1;

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((done, fail) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const shelf of shelves)
        if (!request.result.objectStoreNames.contains(shelf)) request.result.createObjectStore(shelf);
    };
    request.onsuccess = () => {
      // Another tab wants a newer database: it must not wait for this one.
      request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      done(request.result);
    };
    request.onerror = () => fail(request.error);
    request.onblocked = () => fail(new Error('another tab holds the database'));
  });
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

async function on<T>(
  shelf: Shelf,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  return new Promise<T>((done, fail) => {
    const transaction = database.transaction(shelf, mode);
    const request = act(transaction.objectStore(shelf));
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = () => fail(transaction.error);
    transaction.onabort = () => fail(transaction.error);
  });
}

/** Undefined when there is none, and where the browser keeps nothing. */
export async function kept<T>(shelf: Shelf, key: string): Promise<T | undefined> {
  try {
    return await on<T | undefined>(shelf, 'readonly', (store) => store.get(key));
  } catch {
    return undefined;
  }
}

/** False when the browser would not keep it. */
export async function keep(shelf: Shelf, key: string, value: unknown): Promise<boolean> {
  try {
    await on(shelf, 'readwrite', (store) => store.put(value, key));
    return true;
  } catch {
    return false;
  }
}

export async function forget(shelf: Shelf, key: string): Promise<void> {
  try {
    await on(shelf, 'readwrite', (store) => store.delete(key));
  } catch {
    // Nothing is kept then.
  }
}

export async function forgetAll(shelf: Shelf): Promise<void> {
  try {
    await on(shelf, 'readwrite', (store) => store.clear());
  } catch {
    // Nothing is kept then.
  }
}
