package io.nexus.api.config;

import io.nexus.statemachine.model.Parsed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** One YAML file of sections with keys. Finds every error in one pass and says where it is. */
final class ConfigFile {
    private final String file;
    private final String text;
    private final List<String> errors;
    private final Map<ConfigKey, Object> values = new EnumMap<>(ConfigKey.class);

    /** @param errors collects what is wrong */
    ConfigFile(String file, String text, List<String> errors) {
        this.file = file;
        this.text = text;
        this.errors = errors;
    }

    /** The keys that the file sets; those with an error are left out. */
    Map<ConfigKey, Object> read() {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setAllowNonScalarKeys(true)
                .build();
        try {
            Optional<Node> root = new Compose(settings).composeString(text);
            root.filter(node -> !isNull(node)).ifPresent(this::sections);
        } catch (MarkedYamlEngineException e) {
            String problem = e.getProblem() == null ? e.getContext() : e.getProblem();
            errors.add(at(e.getProblemMark().or(e::getContextMark)) + " not valid YAML: " + problem);
        } catch (YamlEngineException e) {
            errors.add(file + ": not valid YAML: " + e.getMessage());
        }
        return values;
    }

    private void sections(Node root) {
        Set<String> known = new LinkedHashSet<>();
        Stream.of(ConfigKey.values()).forEach(key -> known.add(key.section()));
        for (NodeTuple tuple : entries(root, "", "the file to hold sections like \"cluster:\"")) {
            String section = scalar(tuple.getKeyNode());
            if (!known.contains(section)) {
                unknown(tuple.getKeyNode(), "section", section, known);
            } else if (!isNull(tuple.getValueNode())) {
                keys(section, tuple.getValueNode());
            }
        }
    }

    private void keys(String section, Node node) {
        Set<String> known = new LinkedHashSet<>();
        Stream.of(ConfigKey.values())
                .filter(key -> key.section().equals(section))
                .forEach(key -> known.add(key.leaf()));
        for (NodeTuple tuple : entries(node, section, "a section with keys below it")) {
            String path = section + "." + scalar(tuple.getKeyNode());
            Optional<ConfigKey> key = Stream.of(ConfigKey.values())
                    .filter(k -> k.path().equals(path))
                    .findFirst();
            if (key.isEmpty()) {
                unknown(tuple.getKeyNode(), "key", path, known);
            } else if (!isNull(tuple.getValueNode())) {
                value(key.get(), tuple.getValueNode());
            }
        }
    }

    /** The pairs of a mapping, those with a repeated or impossible key reported and left out. */
    private List<NodeTuple> entries(Node node, String path, String expected) {
        if (!(node instanceof MappingNode mapping)) {
            error(node, path, "expected " + expected + ", got " + what(node));
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        List<NodeTuple> entries = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String name = tuple.getKeyNode() instanceof ScalarNode ? scalar(tuple.getKeyNode()) : null;
            String full = path.isEmpty() || name == null ? String.valueOf(name) : path + "." + name;
            if (name == null) {
                error(tuple.getKeyNode(), path, "expected a name as key, got " + what(tuple.getKeyNode()));
            } else if (!seen.add(name)) {
                error(tuple.getKeyNode(), full, "is there twice: remove one of them");
            } else {
                entries.add(tuple);
            }
        }
        return entries;
    }

    private void value(ConfigKey key, Node node) {
        Object value = key.kind().list() ? list(key, node) : single(key, node);
        if (value != null) {
            values.put(key, value);
        }
    }

    private @Nullable Object list(ConfigKey key, Node node) {
        if (!(node instanceof SequenceNode sequence)) {
            error(node, key.path(), "expected a list, got " + what(node));
            return null;
        }
        List<Object> elements = new ArrayList<>();
        boolean good = true;
        for (Node element : sequence.getValue()) {
            Object value = single(key, element);
            good &= value != null;
            if (value != null) {
                elements.add(value);
            }
        }
        return good ? List.copyOf(elements) : null;
    }

    private @Nullable Object single(ConfigKey key, Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            error(node, key.path(), "expected a " + key.kind().description() + ", got " + what(node));
            return null;
        }
        if (key.kind().number() && !scalar.getTag().equals(Tag.INT)) {
            error(node, key.path(), "expected a " + key.kind().description() + ", got " + what(node));
            return null;
        }
        Parsed<Object> reading = key.kind().read().apply(scalar.getValue());
        if (reading.problem() != null) {
            error(node, key.path(), reading.problem());
        }
        return reading.value();
    }

    private void unknown(Node node, String what, String path, Set<String> known) {
        String near = Nearest.of(path.substring(path.indexOf('.') + 1), known);
        String hint = near == null ? "; there are " + String.join(", ", known) : ": did you mean " + near + "?";
        error(node, path, "unknown " + what + hint);
    }

    private void error(Node node, String path, String message) {
        errors.add(at(node.getStartMark()) + (path.isEmpty() ? " " : " " + path + ": ") + message);
    }

    private String at(Optional<Mark> mark) {
        return mark.map(m -> file + ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
                .orElse(file);
    }

    private static String scalar(Node node) {
        return ((ScalarNode) node).getValue();
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String what(Node node) {
        if (node instanceof ScalarNode scalar) {
            String value = ValueKind.quoted(scalar.getValue());
            return scalar.isPlain() ? value : "the text " + value;
        }
        return node instanceof SequenceNode ? "a list" : "a section";
    }
}
