/*
 * Adopting own rows: with a beat the journal is asked which rows the replica rep owns, and the answer is compared with what it
 * has in memory. A row that it does not know, with the same turn in two looks, is adopted; not while a statement is unanswered
 * that was under way when the first of these looks was compared: its answer may name the row.
 */

#define IS_KNOWN(rep, key) (MEMORY(rep, key) != UNKNOWN || replica[rep].settling == key)
#define SEEN on[FOR_BEATS(rep)].event

#if defined(NO_ADOPTION)
#define MAY_LOOK(rep) false
#elif defined(LOOK_ONCE)
#define MAY_LOOK(rep) (doubt[rep] && IS_FREE(FOR_APPENDS(rep)) && IS_FREE(FOR_WORK(rep)))
#elif defined(ADOPT_WITHOUT_WAITING) || defined(ADOPT_AT_FIRST_LOOK)
#define MAY_LOOK(rep) true
#else
#define MAY_LOOK(rep) (!replica[rep].appendSince && !replica[rep].workSince)
#endif

#if defined(LOOK_ONCE) || defined(ADOPT_AT_FIRST_LOOK)
#define IS_SUSPECT(rep) true
#elif defined(ADOPT_BY_ID)
#define IS_SUSPECT(rep) (replica[rep].suspect == SEEN)
#else
#define IS_SUSPECT(rep) (replica[rep].suspect == SEEN && replica[rep].suspectTurn == on[FOR_BEATS(rep)].turn)
#endif

#define IS_OWN_ROW(rep) (leader != NO_EVENT && row[leader].owner == replica[rep].me)

/* A look is a step only where it has an effect, or may have one by the time that it is compared. */
inline look(rep) {
  d_step {
    IS_UP(rep) && IS_FREE(FOR_BEATS(rep)) && MAY_LOOK(rep) && IS_OWN_ROW(rep) && (!IS_KNOWN(rep, leader) || idleLooks > 0) ->
    printf("replica %d: look at own rows, find %d, turn %d\n", rep, leader, row[leader].turn);
    if
    :: IS_KNOWN(rep, leader) -> idleLooks--
    :: else
    fi;
    ask(rep, FOR_BEATS(rep), OWN, NO_EVENT, 0, false);
    answer(FOR_BEATS(rep), leader, row[leader].turn, false)
  }
}

inline watch(rep) {
  replica[rep].appendSince = !IS_FREE(FOR_APPENDS(rep));
  replica[rep].workSince = !IS_FREE(FOR_WORK(rep))
}

inline compare(rep) {
  d_step {
    IS_UP(rep) && IS_ANSWERED(FOR_BEATS(rep)) && on[FOR_BEATS(rep)].verb == OWN ->
    printf("replica %d: compare %d, turn %d, known: %d\n", rep, SEEN, on[FOR_BEATS(rep)].turn, IS_KNOWN(rep, SEEN));
    if
    :: on[FOR_BEATS(rep)].me != replica[rep].me || IS_KNOWN(rep, SEEN) -> forgetSuspect(rep)
    :: else ->
       if
       :: IS_SUSPECT(rep) -> learn(rep, FOR_BEATS(rep), LOOK_UP)
       :: else ->
          replica[rep].suspect = SEEN;
          replica[rep].suspectTurn = on[FOR_BEATS(rep)].turn;
          watch(rep)
       fi
    fi;
#ifdef LOOK_ONCE
    doubt[rep] = false;
#endif
    forget(FOR_BEATS(rep))
  }
}

#ifdef LOOK_ONCE
bool doubt[REPLICAS]; /* An append, claim or take-over had no answer. */

inline lookInVain(rep) {
  d_step {
    IS_UP(rep) && IS_FREE(FOR_BEATS(rep)) && MAY_LOOK(rep) && !(IS_OWN_ROW(rep) && !IS_KNOWN(rep, leader)) ->
    printf("replica %d: look at own rows, find nothing\n", rep);
    doubt[rep] = false
  }
}
#define LOOKS_IN_VAIN(rep) :: lookInVain(rep)
#else
#define LOOKS_IN_VAIN(rep)
#endif
