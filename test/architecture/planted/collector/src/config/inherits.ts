/** Wrong: behaviour that comes from above; an error may. */

/** Right. */
export class PlantedError extends Error {}

/** Wrong. */
export class Shouting extends Map<string, string> {} // caught: house/no-inheritance
