/** A kernel beside its plain twin on a tiny case. */
export interface KernelCheck {
  readonly name: string;
  /** Largest relative deviation between the two. */
  readonly run: () => number;
}

/** One check for every WebAssembly kernel. */
export const kernelChecks = (): readonly KernelCheck[] => [];
