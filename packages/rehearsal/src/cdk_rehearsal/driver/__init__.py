"""The driver: sets the stage for a rehearsal, pushes, follows the delivery, and answers its approvals."""
