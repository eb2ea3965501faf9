/* Leases, fencing and taking over: what the replica rep does with each beat. */

/* A beat renews the lease, unless somebody fenced it meanwhile. */
inline beat(rep) {
  d_step {
    IS_UP(rep) && lease[replica[rep].me] == LAPSED ->
    printf("replica %d: beat\n", rep);
    lease[replica[rep].me] = HELD
  }
}

#define IS_LAPSED(id) (lease[id] == LAPSED)
#define HAS_LAPSED(rep, unused) (IS_LAPSED(ID(rep, 0)) || IS_LAPSED(ID(rep, 1)))

#if defined(NO_FENCE)
#define MAY_FENCE(rep) false
#elif defined(TAKE_OVER_ONCE)
#define MAY_FENCE(rep) IS_FREE(FOR_BEATS(rep))
#else
#define MAY_FENCE(rep) true
#endif

/* A beat of a replica that holds its own lease ends those that are over. */
inline fence(rep) {
  d_step {
    IS_UP(rep) && HOLDS_LEASE(rep) && ANY_REPLICA(HAS_LAPSED, 0) && MAY_FENCE(rep) ->
    printf("replica %d: fence\n", rep);
    for (i : 1 .. IDS) {
      if
      :: lease[i] == LAPSED -> lease[i] = GONE
      :: else
      fi
    }
#ifdef TAKE_OVER_ONCE
    ask(rep, FOR_BEATS(rep), TAKE_OVER, NO_EVENT, 0, false)
#endif
  }
}

inline forgetAll(rep) {
  for (i : 0 .. EVENTS - 1) {
    MEMORY(rep, i) = UNKNOWN;
    replica[rep].row[i].turn = 0
  }
  forgetSettling(rep);
  forgetSuspect(rep)
}

#define HAS_ANOTHER_ID(rep) (replica[rep].me <= REPLICAS)

inline join(rep) {
  replica[rep].me = replica[rep].me + REPLICAS;
  lease[replica[rep].me] = HELD;
  replica[rep].life = UP
}

/* A beat finds that it was fenced: it forgets all rows, ends its dispatches, and goes on under a new id. */
inline rejoin(rep) {
  d_step {
    IS_UP(rep) && lease[replica[rep].me] == GONE && HAS_ANOTHER_ID(rep) ->
    printf("replica %d: rejoin\n", rep);
    forgetAll(rep);
    join(rep)
  }
}

#ifdef TAKE_OVER_ONCE
#define MAY_TAKE_OVER false
#else
#define MAY_TAKE_OVER true
#endif

inline takeOver(rep) {
  d_step {
    IS_UP(rep) && IS_FREE(FOR_BEATS(rep)) && HOLDS_LEASE(rep) && IS_LEFT_OVER(replica[rep].me) && MAY_TAKE_OVER ->
    printf("replica %d: take over\n", rep);
    ask(rep, FOR_BEATS(rep), TAKE_OVER, NO_EVENT, 0, false)
  }
}

inline tookOver(rep) {
  d_step {
    IS_UP(rep) && IS_ANSWERED(FOR_BEATS(rep)) && on[FOR_BEATS(rep)].verb == TAKE_OVER ->
    printf("replica %d: hear the answer to its take-over\n", rep);
    learn(rep, FOR_BEATS(rep), LOOK_UP);
    forget(FOR_BEATS(rep))
  }
}
