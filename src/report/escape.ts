// Text inside HTML and SVG.

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is safe between tags and inside quoted attributes, in HTML as in SVG. */
export const escapeMarkup = (text: string): string => text.replace(/[&<>"']/g, (found) => ENTITIES[found]!)
