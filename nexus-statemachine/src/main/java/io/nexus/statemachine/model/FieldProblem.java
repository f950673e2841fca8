package io.nexus.statemachine.model;

/**
 * What is wrong with one field of a request.
 *
 * @param field as the API spells it
 * @param message without the field's name
 */
public record FieldProblem(String field, String message) {}
