import type { FieldError } from '../statusErrors';
import type { Clock, KubeObject } from '../types';

export interface StrategyContext {
  clock: Clock;
  warnings: string[];
}

/** What a resource does with its objects before they are stored: `rest.RESTCreateStrategy` and `RESTUpdateStrategy` of Kubernetes. */
export interface Strategy {
  nameErrors?: (name: string) => string[];
  /** PUT without resourceVersion replaces whatever is there. */
  allowUnconditionalUpdate: boolean;
  prepareCreate?(object: KubeObject, context: StrategyContext): void;
  validateCreate?(object: KubeObject, context: StrategyContext): FieldError[];
  prepareUpdate?(
    object: KubeObject,
    previous: KubeObject,
    context: StrategyContext,
  ): void;
  validateUpdate?(
    object: KubeObject,
    previous: KubeObject,
    context: StrategyContext,
  ): FieldError[];
}
