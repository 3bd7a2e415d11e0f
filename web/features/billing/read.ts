import "server-only";
import { cache } from "react";
import {
  type Entitlement,
  entitlementsList,
  type Invoice,
  invoicesList,
  type Plan,
  type Subscription,
  subscriptionsList,
  subscriptionsListPlans,
} from "@/api/core";
import { core, type LoadResult, load } from "@/server/caller";

const query = { page_size: 100 };

export type Loaded<T> = LoadResult<{ results: T[] }>;

export const plans = cache(
  (): Promise<Loaded<Plan>> => load(subscriptionsListPlans({ client: core, query })),
);
export const ownSubscriptions = cache(
  (): Promise<Loaded<Subscription>> => load(subscriptionsList({ client: core, query })),
);
export const ownInvoices = cache(
  (): Promise<Loaded<Invoice>> => load(invoicesList({ client: core, query })),
);
export const ownEntitlements = cache(
  (): Promise<Loaded<Entitlement>> => load(entitlementsList({ client: core, query })),
);
