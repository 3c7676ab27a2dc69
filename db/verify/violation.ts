/** Something that must hold and does not. */
export interface Violation {
  /** Its number among the product's invariants. */
  readonly invariant: number;
  readonly caseId: string;
  /** What is wrong, in codes, numbers and instants: no people's data. */
  readonly what: string;
}
