/** Wrong: a door that shows whatever comes. */
export * from '@rollcall/contract'; // caught: house/no-export-star
