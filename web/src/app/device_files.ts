// Files of a draft, kept on the device until they are sent or taken out. Works without where the browser keeps nothing.

const database = 'avvik';
const store = 'files';

export interface KeptFile {
  id: string;
  // Of which draft.
  draft: string;
  name: string;
  file: Blob;
}

function within<Result>(mode: IDBTransactionMode, work: (files: IDBObjectStore) => IDBRequest<Result>): Promise<Result | undefined> {
  return new Promise((done) => {
    try {
      const opening = indexedDB.open(database, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(store, { keyPath: 'id' });
      opening.onerror = () => done(undefined);
      opening.onsuccess = () => {
        const opened = opening.result;
        try {
          const transaction = opened.transaction(store, mode);
          const request = work(transaction.objectStore(store));
          const end = (result: Result | undefined) => {
            opened.close();
            done(result);
          };
          transaction.oncomplete = () => end(request.result);
          transaction.onabort = () => end(undefined);
        } catch {
          opened.close();
          done(undefined);
        }
      };
    } catch {
      done(undefined);
    }
  });
}

export async function keptFiles(draft: string): Promise<KeptFile[]> {
  const all = await within('readonly', (files) => files.getAll() as IDBRequest<KeptFile[]>) ?? [];
  return all.filter((one) => one.draft === draft);
}
export async function keepFile(kept: KeptFile): Promise<void> {
  await within('readwrite', (files) => files.put(kept));
}
export async function forgetFile(id: string): Promise<void> {
  await within('readwrite', (files) => files.delete(id));
}
// Whatever is kept, of every draft, but for what belongs to `draft`.
export async function forgetFiles(draft?: string): Promise<void> {
  if (draft === undefined) {
    await within('readwrite', (files) => files.clear());
    return;
  }
  const all = await within('readonly', (files) => files.getAll() as IDBRequest<KeptFile[]>) ?? [];
  for (const one of all) if (one.draft !== draft) await forgetFile(one.id);
}
