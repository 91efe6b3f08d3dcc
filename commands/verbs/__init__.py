"""What the verbs do, a file for each subject. Imported only when one of them is called."""
