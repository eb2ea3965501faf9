/* What can go wrong. Each fault may come as often as its counter says; that a replica stands still needs no step. */

#define IS_UNDELIVERED(key) (row[key].state != DELIVERED)

/* Before the first event is sent a fault has no effect that it has not later, and at the end none at all. */
#define MAY_FAIL(rep) (IS_UP(rep) && sent[0] && ANY_EVENT(IS_UNDELIVERED))

/* Time passes without a beat. A dispatch that is in flight then may come twice: the next owner looks it up too early. */
inline lapse(rep) {
  d_step {
    MAY_FAIL(rep) && HOLDS_LEASE(rep) && lapses > 0 ->
    printf("replica %d: the lease lapses\n", rep);
    lapses--;
    lease[replica[rep].me] = LAPSED;
    for (i : 0 .. EVENTS - 1) {
      mayRepeat[i] = mayRepeat[i] || MEMORY(rep, i) == IN_FLIGHT
    }
  }
}

inline rollBack(c) {
  if
  :: on[c].step == LOCKED -> writing[on[c].event] = false
  :: else
  fi;
  forget(c)
}

/* The connection breaks: before the commit, so that nothing is done, or after it, so that the answer is lost. */
inline cut(rep, c) {
  d_step {
    MAY_FAIL(rep) && !IS_FREE(c) && on[c].verb != OWN && cuts > 0 ->
    printf("connection %d of replica %d breaks, the statement is over: %d\n", c, rep, IS_ANSWERED(c));
    cuts--;
    notice(rep, c);
    rollBack(c)
  }
}

/* The connection breaks, and the journal does not notice: the statement goes on. */
inline abandon(rep, c) {
  d_step {
    MAY_FAIL(rep) && !IS_FREE(c) && !IS_ANSWERED(c) && on[c].verb != OWN && cuts > 0 && IS_FREE(ABANDONED) ->
    printf("connection %d of replica %d breaks, the statement goes on\n", c, rep);
    cuts--;
    notice(rep, c);
    on[ABANDONED].verb = on[c].verb;
    on[ABANDONED].step = on[c].step;
    on[ABANDONED].me = on[c].me;
    on[ABANDONED].event = on[c].event;
    on[ABANDONED].turn = on[c].turn;
    on[ABANDONED].flag = on[c].flag;
    forget(c)
  }
}

/* To the client a broken connection is as good as an answer. */
inline notice(rep, c) {
#ifdef LOOK_ONCE
  doubt[rep] = true;
#endif
  if
  :: c == FOR_APPENDS(rep) -> replica[rep].appendSince = false
  :: c == FOR_WORK(rep) -> replica[rep].workSince = false
  :: else
  fi
}

/* The process ends. A statement of its that goes on is what abandon() does just before. */
inline crash(rep, how) {
  d_step {
    MAY_FAIL(rep) && crashes > 0 && (how == STOPPED || HAS_ANOTHER_ID(rep)) ->
    printf("replica %d: crash\n", rep);
    crashes--;
    end(rep, how)
  }
}

inline end(rep, how) {
  forgetAll(rep);
  rollBack(FOR_APPENDS(rep));
  rollBack(FOR_WORK(rep));
  rollBack(FOR_BEATS(rep));
  if
  :: HOLDS_LEASE(rep) -> lease[replica[rep].me] = LAPSED /* Nobody renews it; it may end at any time from now on. */
  :: else
  fi;
  replica[rep].life = how
}

inline restart(rep) {
  d_step {
    replica[rep].life == DOWN ->
    printf("replica %d: restart\n", rep);
    join(rep)
  }
}

/* The model has no id left for it. */
inline giveUp(rep) {
  d_step {
    IS_UP(rep) && lease[replica[rep].me] == GONE && !HAS_ANOTHER_ID(rep) ->
    end(rep, STOPPED)
  }
}
