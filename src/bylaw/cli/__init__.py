"""The command line: one command a module, thin. Rooms are imported when a command runs, so ``--help`` is quick.

Exit statuses, the same for every command:

==== =================================================================
0    done, and nothing to complain about
1    done, and the answer is no: problems, failed cases, too little coverage
2    could not be done: the book, the source or the command line is not as it must be
3    the disk refused what was to be written; what was decided before is kept
130  interrupted; what was decided before is kept
==== =================================================================
"""
