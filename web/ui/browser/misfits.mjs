// What a picture shows at a look and a program has to search for: what does not fit.

/** What is wider than the window, texts that are cut off, and controls too small for a thumb; one line each. */
export async function misfits(page) {
  return page.evaluate(() => {
    const found = [];
    const compact = innerWidth < 500;
    const say = (what, element, more = '') => {
      const name = element.className?.baseVal ?? element.className ?? '';
      found.push(`${what}: ${element.tagName.toLowerCase()}.${String(name).trim().replaceAll(/\s+/g, '.')} «${(element.innerText ?? element.getAttribute('aria-label') ?? '').trim().slice(0, 40)}» ${more}`);
    };
    if (document.documentElement.scrollWidth > innerWidth + 1)
      found.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`);
    const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.visually-hidden, .skip, [aria-hidden="true"], [inert]');
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest('svg') || !seen(element)) continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || box.bottom < 0 || box.top > innerHeight) continue;
      const style = getComputedStyle(element);
      const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue.trim() !== '');
      // An ellipsis is meant; a text that runs out of its box is not.
      if (text && style.textOverflow !== 'ellipsis' && style.webkitLineClamp === 'none' && element.clientWidth > 2) {
        if (element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline') say('too wide for its box', element, `${element.scrollWidth} of ${element.clientWidth}`);
        if (style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 2) say('cut off below', element, `${element.scrollHeight} of ${element.clientHeight}`);
      }
      const control = element.matches('button, select, textarea, [role="button"], summary, input:not([type="radio"], [type="checkbox"], [type="file"])') || (element.matches('a[href]') && style.display !== 'inline');
      if (compact && control && (box.height < 40 || box.width < 32) && !element.matches('.text-button, .board-map-sources summary')) say('small for a thumb', element, `${Math.round(box.width)}×${Math.round(box.height)}`);
      if (text && box.right > innerWidth + 1 && !element.closest('[style*="overflow"], .board-map')) {
        let scrolls = element.parentElement;
        while (scrolls && !['auto', 'scroll', 'hidden'].includes(getComputedStyle(scrolls).overflowX)) scrolls = scrolls.parentElement;
        if (!scrolls) say('beyond the right edge', element);
      }
    }
    return found;
  });
}
