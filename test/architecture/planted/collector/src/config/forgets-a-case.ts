/** Wrong: a new word goes unnoticed. */
import type { Word } from '@rollcall/contract';

/** Speaks. */
export function speak(word: Word): void {
  // caught: typescript/switch-exhaustiveness-check
  switch (word) {
    case 'covered':
      throw new Error('covered');
  }
}
