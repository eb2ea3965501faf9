/*
 * What PostgreSQL does with a statement; c is the statement's connection. Others can come between two steps, never into one.
 * No step asks whether its owner's lease is still valid. The journal does, but what it saw may be old when it commits.
 */

#define IS_ASKED(c, what) (on[c].verb == what && on[c].step == ASKED)

inline forget(c) {
  on[c].verb = IDLE;
  on[c].step = NOTHING;
  on[c].me = NOBODY;
  on[c].event = NO_EVENT;
  on[c].turn = 0;
  on[c].flag = false
}

/* The statement is committed; its client gets the answer, if it has not gone. */
inline answer(c, key, at, yes) {
  if
  :: c == ABANDONED -> forget(c)
  :: else ->
     on[c].step = ANSWERED;
     on[c].event = key;
     on[c].turn = at;
     on[c].flag = yes
  fi
}

inline give(key, id) {
  row[key].owner = id;
  row[key].turn++
}

/* The id is the order of writing: here, how many rows of the lane come first. */
inline write(key) {
  row[key].place = 0;
  for (i : 0 .. EVENTS - 1) {
    row[key].place = row[key].place + (row[i].state == WAITING)
  }
  row[key].state = WAITING
}

/* append: the key was there before, or another append of it committed first. */
inline appendDuplicate(c) {
  d_step {
    IS_ASKED(c, APPEND) && !writing[on[c].event] && row[on[c].event].state != ABSENT ->
    printf("journal: append %d finds its key\n", on[c].event);
    answer(c, on[c].event, 0, false)
  }
}

#define IS_NEW(c) (IS_ASKED(c, APPEND) && !writing[on[c].event] && row[on[c].event].state == ABSENT)

/* append: nobody leads the lane, so this row does. It is claimed in being written, unless the lease was seen to be over. */
inline appendLeading(c, claimed) {
  d_step {
    IS_NEW(c) && leader == NO_EVENT && (claimed || lease[on[c].me] != HELD) ->
    printf("journal: append %d leads, owner %d\n", on[c].event, (claimed -> on[c].me : NOBODY));
    write(on[c].event);
    leader = on[c].event;
    if
    :: claimed -> give(leader, on[c].me)
    :: else
    fi;
    answer(c, leader, row[leader].turn, claimed)
  }
}

/* append: another row leads. The key is written, and the leading row is locked FOR KEY SHARE. */
inline appendLocks(c) {
  d_step {
    IS_NEW(c) && leader != NO_EVENT ->
    printf("journal: append %d locks the leading row %d\n", on[c].event, leader);
    writing[on[c].event] = true;
    on[c].step = LOCKED
  }
}

/* append: the row is written behind the leading one, and the statement commits. */
inline appendBehind(c) {
  d_step {
    on[c].verb == APPEND && on[c].step == LOCKED ->
    printf("journal: append %d stands behind\n", on[c].event);
    writing[on[c].event] = false;
    write(on[c].event);
    answer(c, on[c].event, 0, false)
  }
}

#ifdef NO_TURN
#define IS_ITS_TURN(c) true
#else
#define IS_ITS_TURN(c) (row[leader].turn == on[c].turn)
#endif
#define IS_OWNED(c) (leader == on[c].event && row[leader].owner == on[c].me && IS_ITS_TURN(c))

/* settle: the claim is no longer its owner's. */
inline settleNothing(c) {
  d_step {
    IS_ASKED(c, SETTLE) && !IS_OWNED(c) ->
    printf("journal: settle %d, turn %d of %d changes nothing\n", on[c].event, on[c].turn, on[c].me);
    answer(c, NO_EVENT, 0, false)
  }
}

inline settleReleased(c) {
  d_step {
    IS_ASKED(c, SETTLE) && IS_OWNED(c) && !on[c].flag ->
    printf("journal: settle %d, turn %d of %d gives it back\n", on[c].event, on[c].turn, on[c].me);
    row[leader].owner = NOBODY;
    answer(c, NO_EVENT, 0, false)
  }
}

/* The lock FOR UPDATE: it waits for every append that holds the row FOR KEY SHARE. */
#define IS_BEING_WRITTEN(key) writing[key]
#ifdef NO_ROW_LOCK
#define IS_LOCKABLE true
#else
#define IS_LOCKABLE !ANY_EVENT(IS_BEING_WRITTEN)
#endif

inline findNext() {
  leader = NO_EVENT;
  for (i : 0 .. EVENTS - 1) {
    if
    :: row[i].state == WAITING ->
       row[i].place--;
       if
       :: row[i].place == 0 -> leader = i
       :: else
       fi
    :: else
    fi
  }
}

/* settle: the row goes, and the first of those behind leads. It may be handed over to the same owner in the same step. */
inline settleDelivered(c, handedOver) {
  d_step {
    IS_ASKED(c, SETTLE) && IS_OWNED(c) && on[c].flag && IS_LOCKABLE ->
    printf("journal: settle %d, turn %d of %d removes it, handed over: %d\n", on[c].event, on[c].turn, on[c].me, handedOver);
    MUST(received[leader], "BROKEN: a row leaves the journal only when AutoKitteh has its event\n");
    row[leader].state = DELIVERED;
    row[leader].owner = NOBODY;
    row[leader].turn = 0;
    findNext();
    if
    :: handedOver && leader != NO_EVENT -> give(leader, on[c].me); answer(c, leader, row[leader].turn, false)
    :: else -> answer(c, NO_EVENT, 0, false)
    fi
  }
}

#define IS_CLAIMABLE (leader != NO_EVENT && row[leader].owner == NOBODY)
#ifdef NO_FENCE
#define IS_GONE(id) (lease[id] == LAPSED)
#else
#define IS_GONE(id) (lease[id] == GONE)
#endif
#ifdef TAKE_OVER_OWN
#define IS_ANOTHER(id) true
#else
#define IS_ANOTHER(id) (row[leader].owner != id)
#endif
#define IS_LEFT_OVER(id) (leader != NO_EVENT && row[leader].owner != NOBODY && IS_GONE(row[leader].owner) && IS_ANOTHER(id))

/* claim: the leading row, if nobody owns it. takeOver: if its owner is gone. */
inline claimOrTakeOver(c) {
  d_step {
    IS_ASKED(c, CLAIM) || IS_ASKED(c, TAKE_OVER) ->
    if
    :: (on[c].verb == CLAIM && IS_CLAIMABLE) || (on[c].verb == TAKE_OVER && IS_LEFT_OVER(on[c].me)) ->
       give(leader, on[c].me);
       printf("journal: claim or take-over gives row %d to %d, turn %d\n", leader, on[c].me, row[leader].turn);
       answer(c, leader, row[leader].turn, false)
    :: else ->
       printf("journal: claim or take-over finds nothing for %d\n", on[c].me);
       answer(c, NO_EVENT, 0, false)
    fi
  }
}
