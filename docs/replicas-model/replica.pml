/* What the replica rep does. It can stand still before each step for as long as it likes, while all others go on. */

#define IS_UP(rep) (replica[rep].life == UP)
#define HOLDS_LEASE(rep) (lease[replica[rep].me] == HELD)
#define IS_FREE(c) (on[c].verb == IDLE)
#define IS_ANSWERED(c) (on[c].step == ANSWERED)
#define MEMORY(rep, key) replica[rep].row[key].state

inline ask(rep, c, what, key, at, yes) {
  on[c].verb = what;
  on[c].step = ASKED;
  on[c].me = replica[rep].me;
  on[c].event = key;
  on[c].turn = at;
  on[c].flag = yes
}

inline forgetSuspect(rep) {
  replica[rep].suspect = NO_EVENT;
  replica[rep].suspectTurn = 0;
  replica[rep].appendSince = false;
  replica[rep].workSince = false
}

/* The answer on c hands a row over. What was asked under an earlier id of this replica is not its own any more. */
inline learn(rep, c, how) {
  if
  :: on[c].event != NO_EVENT && on[c].me == replica[rep].me ->
     printf("replica %d: have row %d, turn %d\n", rep, on[c].event, on[c].turn);
     MUST(MEMORY(rep, on[c].event) == UNKNOWN, "BROKEN: no row is handed over twice\n");
     MEMORY(rep, on[c].event) = how;
     replica[rep].row[on[c].event].turn = on[c].turn;
     if
     :: replica[rep].suspect == on[c].event -> forgetSuspect(rep)
     :: else
     fi
  :: else
  fi
}

/* --- Appending: an event arrives from Slack, and is acknowledged when its append is answered. --- */

#define APPENDS_EVENT(rep, key) (on[FOR_APPENDS(rep)].event == key)
#define IS_BEING_APPENDED(key) ANY_REPLICA(APPENDS_EVENT, key)

/* Replicas are alike, and events too: so event 0 is sent first, and to replica 0. */
#define MAY_BE_SENT(rep, key) ((key == 0 || sent[key - 1]) && (sent[0] || rep == 0))

inline append(rep, key) {
  d_step {
    IS_UP(rep) && IS_FREE(FOR_APPENDS(rep)) && !acknowledged[key] && MAY_BE_SENT(rep, key) && (!IS_BEING_APPENDED(key) || resends > 0) ->
    printf("replica %d: append %d\n", rep, key);
    if
    :: IS_BEING_APPENDED(key) -> resends--
    :: else
    fi;
    if
    :: !sent[key] ->
       sent[key] = true;
       for (i : 0 .. EVENTS - 1) {
         comesAfter[key * EVENTS + i] = acknowledged[i] && !received[i]
       }
    :: else
    fi;
    ask(rep, FOR_APPENDS(rep), APPEND, key, 0, false)
  }
}

inline appended(rep) {
  d_step {
    IS_UP(rep) && IS_ANSWERED(FOR_APPENDS(rep)) ->
    printf("replica %d: acknowledge %d, mine: %d\n", rep, on[FOR_APPENDS(rep)].event, on[FOR_APPENDS(rep)].flag);
    MUST(row[on[FOR_APPENDS(rep)].event].state != ABSENT, "BROKEN: what is acknowledged is in the journal\n");
    acknowledged[on[FOR_APPENDS(rep)].event] = true;
    if
    :: on[FOR_APPENDS(rep)].flag -> learn(rep, FOR_APPENDS(rep), READY)
    :: else
    fi;
    replica[rep].appendSince = false;
    forget(FOR_APPENDS(rep))
  }
}

/* --- Dispatching: only with a lease. --- */

#ifdef NO_DEADLINE
#define MAY_DISPATCH(rep) true
#else
#define MAY_DISPATCH(rep) HOLDS_LEASE(rep)
#endif
#define IS_DISPATCHING(rep, key) (MEMORY(rep, key) == IN_FLIGHT || MEMORY(rep, key) == TAKEN)

#ifdef NO_LOOK_UP
#define IS_FOUND(key) false
#else
#define IS_FOUND(key) received[key]
#endif

/* At once, or after it was looked up and not found. */
inline dispatch(rep, key) {
  d_step {
    IS_UP(rep) && MAY_DISPATCH(rep) && (MEMORY(rep, key) == READY || (MEMORY(rep, key) == LOOK_UP && !IS_FOUND(key))) ->
    printf("replica %d: dispatch %d\n", rep, key);
    for (i : 0 .. EVENTS - 1) {
      MUST(!comesAfter[key * EVENTS + i] || received[i], "BROKEN: the order of a lane is kept\n");
      for (next : 0 .. REPLICAS - 1) {
        MUST(!HOLDS_LEASE(next) || !IS_DISPATCHING(next, i), "BROKEN: one dispatch at a time in a lane among those that hold a lease\n")
      }
    }
    MEMORY(rep, key) = IN_FLIGHT
  }
}

/* AutoKitteh takes the event, whatever its sender does meanwhile. */
inline take(rep, key) {
  d_step {
    MEMORY(rep, key) == IN_FLIGHT ->
    printf("AutoKitteh: take %d from replica %d\n", key, rep);
    MUST(!received[key] || mayRepeat[key], "BROKEN: AutoKitteh gets an event twice only if a lease ended while it was in flight\n");
    received[key] = true;
    for (i : 0 .. EVENTS - 1) {
      comesAfter[i * EVENTS + key] = false
    }
    MEMORY(rep, key) = TAKEN
  }
}

/* Its deadline has come: it ends its request, and does not know what became of it. */
inline abort(rep, key) {
  d_step {
    IS_DISPATCHING(rep, key) && !HOLDS_LEASE(rep) ->
    printf("replica %d: abort the dispatch of %d\n", rep, key);
    MEMORY(rep, key) = LOOK_UP
  }
}

/* --- Settling and claiming, on one connection. --- */

#define MAY_SETTLE(rep) (IS_FREE(FOR_WORK(rep)) && replica[rep].settling == NO_EVENT)

inline settle(rep, key, yes) {
  replica[rep].settling = key;
  replica[rep].settlingTurn = replica[rep].row[key].turn;
  replica[rep].settlingFlag = yes;
  MEMORY(rep, key) = UNKNOWN;
  replica[rep].row[key].turn = 0;
  ask(rep, FOR_WORK(rep), SETTLE, key, replica[rep].settlingTurn, yes)
}

/* AutoKitteh has answered that it has the event, or a look-up has found it there. */
inline succeed(rep, key) {
  d_step {
    MAY_SETTLE(rep) && (MEMORY(rep, key) == TAKEN || (MEMORY(rep, key) == LOOK_UP && IS_FOUND(key))) ->
    printf("replica %d: AutoKitteh has %d, settle it\n", rep, key);
    settle(rep, key, true)
  }
}

/* AutoKitteh has answered that it does not take the event now. */
inline fail(rep, key) {
  d_step {
    MAY_SETTLE(rep) && MEMORY(rep, key) == IN_FLIGHT && failures > 0 ->
    printf("replica %d: AutoKitteh refuses %d, give it back\n", rep, key);
    failures--;
    settle(rep, key, false)
  }
}

inline settleAgain(rep) {
  d_step {
    IS_FREE(FOR_WORK(rep)) && replica[rep].settling != NO_EVENT ->
    printf("replica %d: settle %d again\n", rep, replica[rep].settling);
    ask(rep, FOR_WORK(rep), SETTLE, replica[rep].settling, replica[rep].settlingTurn, replica[rep].settlingFlag)
  }
}

inline claim(rep) {
  d_step {
    IS_UP(rep) && IS_FREE(FOR_WORK(rep)) && HOLDS_LEASE(rep) && IS_CLAIMABLE ->
    printf("replica %d: claim\n", rep);
    ask(rep, FOR_WORK(rep), CLAIM, NO_EVENT, 0, false)
  }
}

inline forgetSettling(rep) {
  replica[rep].settling = NO_EVENT;
  replica[rep].settlingTurn = 0;
  replica[rep].settlingFlag = false
}

inline worked(rep) {
  d_step {
    IS_UP(rep) && IS_ANSWERED(FOR_WORK(rep)) ->
    printf("replica %d: hear the answer to its settlement or claim\n", rep);
    if
    :: on[FOR_WORK(rep)].verb == SETTLE && on[FOR_WORK(rep)].me == replica[rep].me -> forgetSettling(rep)
    :: else
    fi;
    learn(rep, FOR_WORK(rep), READY);
    replica[rep].workSince = false;
    forget(FOR_WORK(rep))
  }
}
