package io.nexus.api.consensus;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.ratis.StoreStateMachine;
import java.util.List;
import org.apache.ratis.statemachine.StateMachine;

/** The state machine that keeps its rows in the node's store. */
record StoreMachine(StoreStateMachine machine) implements GroupMachines.Machine {
    @Override
    public StateMachine ratis() {
        return machine;
    }

    @Override
    public boolean installing() {
        return machine.installing();
    }

    @Override
    public List<Command> due(long nowMillis, int limit) {
        return machine.engine().due(nowMillis, limit);
    }

    @Override
    public void renew() {
        machine.renew();
    }

    @Override
    public void prepareClose() {
        machine.prepareClose();
    }
}
