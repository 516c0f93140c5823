package dev.daybook;

/**
 * How far long work has come.
 *
 * @param step what is being done, in two or three words
 * @param done how many are done
 * @param total of how many; 0 if that is not known
 */
public record Progress(String step, long done, long total) {}
