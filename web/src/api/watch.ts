// Live events (docs/api.md, *Live events*): every event is the whole truth at its time.
//
//   $effect(() => watch('/v1/situation:watch', 'Situation', { onMessage: (situation) => …, onState: (state) => … }));

import { ApiError, type Problem } from './problem';

export type WatchState = 'connecting' | 'live' | 'interrupted' | 'refused';

interface Watcher<Message> {
  onMessage: (message: Message) => void;
  onState?: (state: WatchState, problem?: ApiError) => void;
}

// Returns what ends it. Connects anew by itself; a hidden page does not listen.
export function watch<Message>(path: string, event: string, { onMessage, onState }: Watcher<Message>): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = 1000;
  let refused = false;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    if (refused || document.hidden) return;
    onState?.('connecting');
    source = new EventSource(path);
    source.addEventListener('open', () => {
      pause = 1000;
      onState?.('live');
    });
    source.addEventListener(event, ({ data }: MessageEvent<string>) => onMessage(JSON.parse(data) as Message));
    source.addEventListener('problem', ({ data }: MessageEvent<string>) => {
      const problem = new ApiError(JSON.parse(data) as Problem);
      if (problem.status === 401 || problem.status === 403) {
        refused = true;
        close();
        onState?.('refused', problem);
      }
    });
    source.addEventListener('error', () => {
      if (refused) return;
      onState?.('interrupted');
      // Ours, and not the browser's: it gives up for good at some answers.
      close();
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, 30_000);
    });
  };
  const seen = () => (document.hidden ? close() : open());
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('online', open);
  open();
  return () => {
    close();
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('online', open);
  };
}
