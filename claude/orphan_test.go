package claude

func beOrphan() {}
