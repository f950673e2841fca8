package io.nexus.api.consensus;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.ratis.GroupHooks;
import io.nexus.statemachine.ratis.StoreStateMachine;
import java.util.List;
import org.apache.ratis.statemachine.StateMachine;

/** Makes the state machine of a group when the group is started on this node. Called on Ratis' threads. */
@FunctionalInterface
public interface GroupMachines {
    /**
     * A new one for each call, not yet initialized: Ratis does that and closes it.
     *
     * @param hooks what the machine is to tell the node
     */
    Machine create(int segment, GroupHooks hooks);

    /** A state machine and what the node needs to know of it. Thread-safe, never blocks. */
    interface Machine {
        StateMachine ratis();

        /** True while the member fell behind the log and pulls the segment from elsewhere: it must not serve. */
        boolean installing();

        /** See {@link io.nexus.statemachine.engine.Engine#due}. */
        List<Command> due(long nowMillis, int limit);

        /** The rows of this member are not what the log made: pulls the segment anew before it applies more. */
        default void renew() {
            // A machine that does not keep its rows in the node's store has nothing to pull.
        }

        /** Called once before the group is closed or removed on purpose. May block for some seconds. */
        void prepareClose();

        static Machine of(StoreStateMachine machine) {
            return new StoreMachine(machine);
        }
    }
}
