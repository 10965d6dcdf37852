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

/** What stands below the fold of a long page: its parts are made one after another, each after the picture before it. */
export function Below({ children }: { children: ComponentChildren }) {
  const parts = [children].flat();
  const [made, setMade] = useState(0);
  useEffect(() => {
    if (made >= parts.length) return;
    const timer = setTimeout(() => setMade(made + 1));
    return () => clearTimeout(timer);
  }, [made, parts.length]);
  return parts.slice(0, made);
}
