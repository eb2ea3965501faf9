import type {
  ApiFault,
  ApiOccasion,
  DeliveryDisorder,
  DialFault,
  HelloFault,
  LinkOccasion,
} from './kinds.js';
import { FaultScript, type Occasion } from './script.js';

/** What is to go wrong. Each call returns the way to lift that fault again. */
export interface Faults {
  /** The next calls of `method` (`*`: of any; `response_url`) go wrong. */
  api(method: string, fault: ApiFault, occasion?: Occasion<ApiOccasion>): () => void;
  /** The next WebSocket upgrades go wrong. */
  dial(fault: DialFault, occasion?: Occasion<LinkOccasion>): () => void;
  /** The next hellos go wrong. */
  hello(fault: HelloFault, occasion?: Occasion<LinkOccasion>): () => void;
  /** Disorder in all deliveries from now on; replaces what was set before. */
  delivery(disorder: DeliveryDisorder): () => void;
  /** Lifts everything. What happens to single sockets is theirs: see `sockets()`. */
  clear(): void;
}

/** Both sides of the faults: what the user sets, and what the parts take. */
export interface FaultScripts extends Faults {
  readonly apiScript: FaultScript<ApiFault, ApiOccasion>;
  readonly dialScript: FaultScript<DialFault, LinkOccasion>;
  readonly helloScript: FaultScript<HelloFault, LinkOccasion>;
  readonly disorder: () => DeliveryDisorder;
}

export function createFaults(): FaultScripts {
  const apiScript = new FaultScript<ApiFault, ApiOccasion>();
  const dialScript = new FaultScript<DialFault, LinkOccasion>();
  const helloScript = new FaultScript<HelloFault, LinkOccasion>();
  let disorder: DeliveryDisorder = {};
  return {
    apiScript,
    dialScript,
    helloScript,
    disorder: () => disorder,
    api(method, fault, occasion = {}) {
      const when = (context: ApiOccasion): boolean =>
        (method === '*' || context.method === method) && (occasion.when?.(context) ?? true);
      return apiScript.add(fault, { ...occasion, when });
    },
    dial: (fault, occasion) => dialScript.add(fault, occasion),
    hello: (fault, occasion) => helloScript.add(fault, occasion),
    delivery(next) {
      disorder = next;
      return () => {
        if (disorder === next) disorder = {};
      };
    },
    clear() {
      apiScript.clear();
      dialScript.clear();
      helloScript.clear();
      disorder = {};
    },
  };
}
