import type { FusionForm } from '../core/embedder.ts';

/**
 * Measured over the retrieval sets (`test/bench/RESULTS.md`): with .5 for every question CoSQA loses .025 MRR and doc sentences .018,
 * with 3 for every question commit subjects lose .04.
 */
export const BUNDLED_FUSION: FusionForm = { form: 'convex', keyword: 1, dense: 0.5, denseOfDescription: 3, denseOfChange: 0.15 };
