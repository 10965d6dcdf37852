import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** How many of so many parts are made: one more after each picture, so that a slow phone shows the first ones sooner. */
function usePartsMade(parts: number): number {
  const [made, setMade] = useState(0);
  useEffect(() => {
    if (made >= parts) return;
    const timer = setTimeout(() => setMade(made + 1));
    return () => clearTimeout(timer);
  }, [made, parts]);
  return Math.min(made, parts);
}

/** Whether the first picture has been drawn: what is out of sight is made then. */
export function useAfterPicture(): boolean {
  return usePartsMade(1) === 1;
}

/** What stands below the fold of a long page: its parts are made one after another, each after the picture before it. */
export function Below({ children }: { children: ComponentChildren }) {
  const parts = [children].flat();
  return parts.slice(0, usePartsMade(parts.length));
}
