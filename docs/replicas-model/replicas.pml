/* The protocol of several replicas on one journal: README.md says what it shows, and how to run it. */

#if EVENTS == 1
#define ANY_EVENT(what) (what(0))
#define OF_EACH_EVENT(step, rep) :: step(rep, 0)
#elif EVENTS == 2
#define ANY_EVENT(what) (what(0) || what(1))
#define OF_EACH_EVENT(step, rep) :: step(rep, 0) :: step(rep, 1)
#else
#define ANY_EVENT(what) (what(0) || what(1) || what(2))
#define OF_EACH_EVENT(step, rep) :: step(rep, 0) :: step(rep, 1) :: step(rep, 2)
#endif
#if REPLICAS == 2
#define ANY_REPLICA(what, which) (what(0, which) || what(1, which))
#else
#define ANY_REPLICA(what, which) (what(0, which) || what(1, which) || what(2, which))
#endif

#include "state.pml"
#include "journal.pml"
#include "replica.pml"
#include "membership.pml"
#include "adopt.pml"
#include "faults.pml"

#define JOURNAL(c) \
  :: appendDuplicate(c) :: appendLeading(c, true) :: appendLeading(c, false) :: appendLocks(c) :: appendBehind(c) \
  :: settleNothing(c) :: settleReleased(c) :: settleDelivered(c, true) :: settleDelivered(c, false) :: claimOrTakeOver(c)

#define LIFE(rep) \
  OF_EACH_EVENT(append, rep) :: appended(rep) \
  OF_EACH_EVENT(dispatch, rep) OF_EACH_EVENT(take, rep) OF_EACH_EVENT(succeed, rep) OF_EACH_EVENT(fail, rep) \
  OF_EACH_EVENT(abort, rep) \
  :: settleAgain(rep) :: claim(rep) :: worked(rep) \
  :: beat(rep) :: fence(rep) :: rejoin(rep) :: takeOver(rep) :: tookOver(rep) :: look(rep) :: compare(rep) LOOKS_IN_VAIN(rep) \
  :: lapse(rep) :: crash(rep, DOWN) :: crash(rep, STOPPED) :: restart(rep) :: giveUp(rep) \
  :: cut(rep, FOR_APPENDS(rep)) :: cut(rep, FOR_WORK(rep)) :: cut(rep, FOR_BEATS(rep)) \
  :: abandon(rep, FOR_APPENDS(rep)) :: abandon(rep, FOR_WORK(rep)) :: abandon(rep, FOR_BEATS(rep)) \
  JOURNAL(FOR_APPENDS(rep)) JOURNAL(FOR_WORK(rep)) JOURNAL(FOR_BEATS(rep))

/* Nothing can happen any more. Unless all replicas have stopped for good, all work is done. */
#define IS_ON(rep, unused) IS_UP(rep)

inline judge() {
  timeout -> d_step {
    for (i : 0 .. EVENTS - 1) {
      MUST(!ANY_REPLICA(IS_ON, 0) || acknowledged[i], "BROKEN: every event is acknowledged in the end\n");
      MUST(!ANY_REPLICA(IS_ON, 0) || received[i], "BROKEN: every acknowledged event is dispatched in the end\n");
      MUST(!ANY_REPLICA(IS_ON, 0) || row[i].state == DELIVERED, "BROKEN: every row is settled in the end\n")
    }
  }
}

init {
  d_step {
    for (i : 0 .. EVENTS - 1) {
      row[i].state = ABSENT
    }
    for (i : 0 .. ABANDONED) {
      forget(i)
    }
    for (next : 0 .. REPLICAS - 1) {
      forgetAll(next);
      replica[next].life = UP;
      replica[next].me = ID(next, 0);
      lease[ID(next, 0)] = HELD
    }
  }
  do
  LIFE(0)
  LIFE(1)
#if REPLICAS > 2
  LIFE(2)
#endif
  JOURNAL(ABANDONED)
  :: judge() -> break
  od
}
