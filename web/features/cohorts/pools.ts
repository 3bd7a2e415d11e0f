import type { PoolKind } from "@/api/core";

export const POOL_KINDS: PoolKind[] = ["paid", "scholarship", "sponsored"];
