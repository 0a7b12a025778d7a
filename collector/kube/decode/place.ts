/** Where a message or a text lies among bytes. */
export interface Place {
  readonly from: number;
  /** The index behind it. */
  readonly to: number;
}
