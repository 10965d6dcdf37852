import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * What stands below the fold of a long page: made after the picture of what stands above it, which a slow phone shows
 * the sooner, and answers in between.
 */
export function Below({ children }: { children: ComponentChildren }) {
  const [there, setThere] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setThere(true));
    return () => clearTimeout(timer);
  }, []);
  return there ? children : null;
}
