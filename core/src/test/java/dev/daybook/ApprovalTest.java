package dev.daybook;

import static dev.daybook.PlanScene.LEASE;
import static dev.daybook.PlanScene.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.PlanRecord.Approval.Standing;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.Hold;
import dev.daybook.PlanRecord.Reason;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Query;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people decide: approvals by policy and by request, and notes. */
class ApprovalTest {
  @TempDir private Path cache;
  private PlanScene scene;
  private Session agent;
  private Session ada;

  @BeforeEach
  void open() {
    scene = new PlanScene(cache);
    agent = scene.agent("planner-1");
    ada = scene.human("ada");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private List<String> ready() {
    return scene.plan().ready().stream().map(PlanRecord.Task::id).toList();
  }

  private List<String> inForce() {
    return scene.plan().decisionsInForce().stream().map(one -> one.made().chosen()).toList();
  }

  @Test
  void agentsDoNotWorkOnWhatIsNotApproved() {
    scene.add("T");
    PlanScene.change(agent, ApprovalRequested.ofTask("T", "deletes keys"));
    for (PlanEvent event :
        List.of(
            TaskStatusChanged.of("T", TaskStatus.IN_PROGRESS),
            TaskStatusChanged.of("T", TaskStatus.IN_REVIEW),
            TaskClosed.done("T"))) {
      scene.refused(agent, event, "'T' is not approved by a person", "planner-1", "plan.approval");
    }
    PlanScene.change(agent, TaskStatusChanged.of("T", TaskStatus.DEFERRED));
    PlanScene.change(ada, TaskStatusChanged.of("T", TaskStatus.IN_PROGRESS));
    PlanScene.change(ada, ApprovalGiven.ofTask("T", ""));
    PlanScene.change(agent, TaskClosed.done("T"));
  }

  @Test
  void agentsTakeNothingOutOfForceThatAPersonDecided() {
    EventId decided = PlanScene.change(ada, DecisionMade.of("Use tabs"));
    scene.refused(
        agent, ApprovalRequested.ofDecision(decided, ""), decided.toString(), "made by a person");
    scene.add("T");
    PlanScene.change(agent, ApprovalRequested.ofTask("T", ""));
    PlanScene.change(ada, ApprovalGiven.ofTask("T", ""));
    scene.refused(agent, ApprovalRequested.ofTask("T", ""), "'T' was approved by a person");
    assertThat(inForce()).containsExactly("Use tabs");
    PlanScene.change(ada, ApprovalRequested.ofDecision(decided, "think again"));
    assertThat(inForce()).isEmpty();
  }

  @Test
  void onlyPeopleApproveAndSetThePolicy() {
    scene.add("T");
    EventId decision = change(agent, DecisionMade.of("d"));
    for (Actor actor : List.of(Actor.agent("a"), Actor.system("s"))) {
      Session session = scene.workspace.startSession(actor);
      String says = "by a person only, not by " + actor.id() + ", who is an actor of kind ";
      String kind = says + actor.kind();
      scene.refused(session, ApprovalPolicySet.of(Subject.TASK), "policy can be set", kind);
      scene.refused(session, ApprovalGiven.ofTask("T", ""), "can be given", kind);
      scene.refused(session, ApprovalGiven.ofDecision(decision, ""), "can be given", kind);
      scene.refused(session, ApprovalDenied.ofTask("T", "r"), "can be denied", kind);
      scene.refused(session, ApprovalDenied.ofDecision(decision, "r"), "can be denied", kind);
    }
  }

  @Test
  void aTaskUnderThePolicyWaitsForAPerson() {
    scene.add("before");
    change(ada, ApprovalPolicySet.of(Subject.TASK));
    assertThat(scene.plan().approvalPolicy()).isEqualTo(Set.of(Subject.TASK));
    scene.add("T");
    change(ada, TaskAdded.of("hers", "people need no approval"));
    assertThat(ready()).containsExactly("before", "hers");
    assertThat(scene.plan().blocked())
        .singleElement()
        .satisfies(blocked -> {
          assertThat(blocked.task().id()).isEqualTo("T");
          assertThat(blocked.reasons())
              .containsExactly(new Reason(Hold.APPROVAL, "", "waits for a person's approval"));
        });
    assertThat(scene.plan().pendingApprovals())
        .singleElement()
        .satisfies(one -> assertThat(one.id()).isEqualTo("T"));
    scene.refused(
        () -> agent.claim("T", LEASE), "'T' cannot be claimed", "waits for a person's approval");
    change(ada, ApprovalDenied.ofTask("T", "too costly"));
    assertThat(ready()).containsExactly("before", "hers");
    assertThat(scene.plan().holds("T"))
        .containsExactly(new Reason(Hold.APPROVAL, "", "not approved by ada: too costly"));
    scene.refused(() -> agent.claim("T", LEASE), "not approved by ada: too costly");
    assertThat(scene.plan().pendingApprovals()).isEmpty();
    change(ada, ApprovalGiven.ofTask("T", "after all"));
    assertThat(ready()).containsExactly("before", "T", "hers");
    assertThat(scene.plan().approval(Subject.TASK, "T").orElseThrow().standing())
        .isEqualTo(Standing.GIVEN);
    agent.claim("T", LEASE);
  }

  @Test
  void aTaskWaitsFromTheRequestOn() {
    scene.add("T");
    assertThat(scene.plan().approval(Subject.TASK, "T")).isEmpty();
    change(agent, ApprovalRequested.ofTask("T", "it deletes old keys"));
    assertThat(ready()).isEmpty();
    assertThat(scene.plan().approval(Subject.TASK, "T").orElseThrow().remark())
        .isEqualTo("it deletes old keys");
    change(ada, ApprovalGiven.ofTask("T", ""));
    assertThat(ready()).containsExactly("T");
  }

  @Test
  void aTaskThatWaitsIsNotTakenByAHandoffEither() {
    change(ada, ApprovalPolicySet.of(Subject.TASK));
    scene.add("T");
    Handoff offered = agent.offer(Handoff.of("T").summary("s").build());
    Session other = scene.agent("coder-7");
    scene.refused(
        () -> other.accept(offered),
        "Handoff '" + offered.id() + "'",
        "'T'",
        "waits for a person's approval");
    change(ada, ApprovalGiven.ofTask("T", ""));
    assertThat(other.accept(offered)).isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void aDecisionUnderThePolicyDoesNotCountBefore() {
    EventId old = change(agent, DecisionMade.of("old").on(""));
    change(ada, ApprovalPolicySet.of(Subject.DECISION, Subject.TASK));
    EventId successor = change(agent, DecisionMade.of("new").superseding(old));
    assertThat(inForce()).containsExactly("old");
    assertThat(scene.plan().decisions()).hasSize(2);
    change(ada, DecisionMade.of("hers"));
    assertThat(inForce()).containsExactly("old", "hers");
    change(ada, ApprovalDenied.ofDecision(successor, "no"));
    assertThat(inForce()).containsExactly("old", "hers");
    change(ada, ApprovalGiven.ofDecision(successor, "yes"));
    assertThat(inForce()).containsExactly("new", "hers");
    assertThat(scene.plan().decisionsFor("any")).extracting(Decision::made).hasSize(2);
  }

  @Test
  void aDecisionDoesNotCountFromTheRequestOn() {
    EventId decision = change(agent, DecisionMade.of("d"));
    change(agent, ApprovalRequested.ofDecision(decision, "please look"));
    assertThat(inForce()).isEmpty();
    change(ada, ApprovalGiven.ofDecision(decision, ""));
    assertThat(inForce()).containsExactly("d");
  }

  @Test
  void aPolicyIsReplacedByTheNext() {
    change(ada, ApprovalPolicySet.of(Subject.TASK));
    scene.add("T");
    change(ada, ApprovalPolicySet.of());
    scene.add("U");
    // What came under a policy stays under it.
    assertThat(ready()).containsExactly("U");
    assertThat(scene.plan().approvalPolicy()).isEmpty();
  }

  @Test
  void aPersonMovesWhatAnAgentHolds() {
    scene.add("T");
    agent.claim("T", LEASE);
    change(ada, dev.daybook.event.PlanEvent.TaskClosed.done("T"));
    assertThat(scene.plan().isDone("T")).isTrue();
  }

  @Test
  void notesOfPeopleAreRecalled() {
    scene.add("T");
    EventId note = change(ada, NoteAdded.of("the vault password rotates on Fridays").on("T"));
    EventId general = change(ada, NoteAdded.of("write changelogs in French"));
    for (int i = 0; i < 2; i++) {
      assertThat(scene.workspace.recall(Query.of("when does the vault password rotate")).list())
          .extracting(Hit::id)
          .first()
          .isEqualTo(note);
      assertThat(scene.workspace.recall(Query.of("changelogs French")).list())
          .extracting(Hit::id)
          .first()
          .isEqualTo(general);
      scene.workspace.compact();
    }
    assertThat(scene.plan().notes())
        .extracting(one -> one.note().text())
        .containsExactly("the vault password rotates on Fridays", "write changelogs in French");
    assertThat(scene.plan().notes().getFirst().origin().actor().kind()).isEqualTo(Actor.Kind.HUMAN);
  }

  @Test
  void whoeverBeganDoesNotGoOnWithWhatAPersonDenied() {
    scene.add("T");
    agent.claim("T", PlanScene.LEASE);
    PlanScene.change(ada, ApprovalDenied.ofTask("T", "not like this"));
    scene.refused(
        () -> agent.claim("T", PlanScene.LEASE), "'T' cannot be claimed", "not approved by ada");
  }
}
