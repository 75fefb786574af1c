export { FactsReader } from './FactsReader';
export { Preflight, type ClonePlan, type ImportPlan } from './Preflight';
export { Verdict } from './Verdict';
export { quotaLeft } from './checkLimits';
export { quotaOf } from './readObjects';
