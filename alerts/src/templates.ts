/** Where the templates of notifications lie; the same place in a checkout and in the package. */

/** The file of all templates. */
export const TEMPLATES = new URL('../templates/rollcall.tmpl', import.meta.url);
