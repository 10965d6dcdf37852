import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Whether the first picture has been drawn: what is out of sight is made then, so that a slow phone shows the rest sooner. */
export function useAfterPicture(): boolean {
  const [after, setAfter] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAfter(true));
    return () => clearTimeout(timer);
  }, []);
  return after;
}

/** What stands below the fold of a long page: made after the picture of what stands above it. */
export function Below({ children }: { children: ComponentChildren }) {
  return useAfterPicture() ? children : null;
}
