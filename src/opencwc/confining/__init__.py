"""How anything foreign is read: without rights, in a process of its own, with bounds on time, memory and answers."""
