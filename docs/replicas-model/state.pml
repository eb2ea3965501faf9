/* What there is: the journal, the leases, the statements between journal and replicas, the replicas, Slack and AutoKitteh. */

#define NOBODY 0
#define NO_EVENT EVENTS

/* The journal: the rows of one lane. The table of keys is the state of the row: a row that is not ABSENT has its key there. */
mtype:row = { ABSENT, WAITING, DELIVERED };
typedef Row {
  mtype:row state;
  byte owner;
  byte turn; /* Counts the owners. A settlement names the turn that it ends. */
  byte place /* How many rows of the lane have a smaller id. */
}
Row row[EVENTS];
byte leader = NO_EVENT; /* The lane's entry in the unique index of leading rows; NO_EVENT if it has none. */
bool writing[EVENTS]; /* An append holds this key and, FOR KEY SHARE, the leading row, and is not committed. */

/* The leases, by the id of their owner. A replica has a new id after each restart and each time that it was fenced. */
#define IDS (2 * REPLICAS)
#define ID(r, n) (1 + (r) + (n) * REPLICAS)
mtype:lease = { HELD, LAPSED, GONE };
mtype:lease lease[IDS + 1];

/* Statements: one at a time on each connection, and one that goes on after its client was cut off (ABANDONED). */
mtype:verb = { IDLE, APPEND, SETTLE, CLAIM, TAKE_OVER, OWN };
mtype:step = { NOTHING, ASKED, LOCKED, ANSWERED };
typedef Statement {
  mtype:verb verb;
  mtype:step step;
  byte me; /* The id of the owner that asked. */
  byte event; /* Asked about or, in an answer, found; or NO_EVENT. */
  byte turn;
  bool flag /* SETTLE: AutoKitteh has it; else the row is given back. APPEND, in the answer: it leads and is claimed. */
}
#define FOR_APPENDS(r) (3 * (r))
#define FOR_WORK(r) (3 * (r) + 1)
#define FOR_BEATS(r) (3 * (r) + 2)
#define ABANDONED (3 * REPLICAS)
Statement on[ABANDONED + 1];

/* The replicas, and what each has in memory of each row. */
mtype:memory = { UNKNOWN, LOOK_UP, READY, IN_FLIGHT, TAKEN };
typedef Known {
  mtype:memory state;
  byte turn
}
mtype:life = { UP, DOWN, STOPPED };
typedef Replica {
  mtype:life life;
  byte me;
  Known row[EVENTS];
  /* A settlement that is not confirmed yet, kept to be repeated; or NO_EVENT. */
  byte settling;
  byte settlingTurn;
  bool settlingFlag;
  /* A row that was mine and unknown to me at the last look; or NO_EVENT. */
  byte suspect;
  byte suspectTurn;
  /* An append, or a settlement or claim, was unanswered at that look, and still is. */
  bool appendSince;
  bool workSince
}
Replica replica[REPLICAS];

/* Slack, AutoKitteh, and what the properties need to remember. */
bool sent[EVENTS];
bool acknowledged[EVENTS];
bool received[EVENTS]; /* AutoKitteh has it. */
bool mayRepeat[EVENTS]; /* It was in flight when its sender's lease ended. */
bool comesAfter[EVENTS * EVENTS]; /* [e * EVENTS + f]: Slack sent e after it heard the acknowledgement of f. */

/* How often each fault may still come. */
byte lapses = LAPSES, crashes = CRASHES, cuts = CUTS, failures = FAILURES, resends = RESENDS, idleLooks = IDLE_LOOKS;

hidden byte next, i; /* Used within one step only. */

/* What has to hold wherever it stands; where it does not, the run ends with its name. */
#define MUST(condition, name) \
  if \
  :: condition \
  :: else -> printf(name); assert(false) \
  fi
