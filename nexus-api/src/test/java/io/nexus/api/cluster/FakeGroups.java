package io.nexus.api.cluster;

import io.nexus.api.consensus.GroupView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Groups whose state a test sets. */
final class FakeGroups implements GroupView {
    private final Map<Integer, GroupState> states = new ConcurrentHashMap<>();

    void leads(int segment, long term, String self, List<String> members) {
        states.put(segment, new GroupState(segment, true, true, term, self, members, Condition.LIVE));
    }

    void follows(int segment, long term, @Nullable String leader, List<String> members) {
        states.put(segment, new GroupState(segment, true, false, term, leader, members, Condition.LIVE));
    }

    void gone(int segment) {
        states.remove(segment);
    }

    @Override
    public GroupState group(int segment) {
        return states.getOrDefault(
                segment, new GroupState(segment, false, false, 0, null, List.of(), Condition.UNHOSTED));
    }

    @Override
    public @Nullable String owner(int segment) {
        return group(segment).leaderId();
    }
}
